// What a browser gets and what builds it. Style is not judged here: .editorconfig says what there is to say.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["static/built/", "mutants/"] },
  js.configs.recommended,
  {
    files: ["static/src/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, Plotly: "readonly" } },
    rules: {
      strict: ["error", "global"],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-shadow": "error",
      // The content policy forbids these too: a page that tries is broken.
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
    },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
];
