// Draws every <script type="application/json" class="figure-data" data-chart="ID"> into the element with that id,
// with plotly, in the colours of the page, again when the page turns light or dark. No inline style, no eval:
// it runs under script-src 'self'; style-src 'self'. Without it the table under each figure is the figure.
"use strict";

(() => {
  const CONFIG = {
    responsive: true,
    displaylogo: false,
    locale: "en",
    // plotly 4 offers by default to upload the chart, that is the patients' data, to its maker: no button, no address.
    showSendToCloud: false,
    plotlyServerURL: "",
    topojsonURL: "",
    // Pictures have a button of their own under each figure; selecting does nothing here.
    modeBarButtonsToRemove: ["sendChartToCloud", "toImage", "select2d", "lasso2d", "autoScale2d"],
  };

  const style = () => getComputedStyle(document.documentElement);

  // Figures name colours as var(--chart-1): SVG attributes do not understand that, and the value depends on the theme.
  function coloured(value, colours) {
    if (typeof value === "string") {
      const name = /^var\((--[\w-]+)\)$/.exec(value);
      return name ? colours.getPropertyValue(name[1]).trim() : value;
    }
    if (Array.isArray(value)) {
      // A column of numbers has no colours in it, and may be long.
      return typeof value[0] === "number" ? value : value.map((entry) => coloured(entry, colours));
    }
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, coloured(entry, colours)]));
    }
    return value;
  }

  // What the figure says wins over what the page says, at any depth.
  function merged(page, figure) {
    const both = { ...page };
    for (const [key, value] of Object.entries(figure)) {
      const nested = value && typeof value === "object" && !Array.isArray(value);
      both[key] = nested ? merged(page[key] ?? {}, value) : value;
    }
    return both;
  }

  function pageLayout(colours, figure) {
    const colour = (name) => colours.getPropertyValue(`--chart-${name}`).trim();
    const axis = {
      automargin: true,
      gridcolor: colour("grid"),
      linecolor: colour("axis"),
      tickcolor: colour("axis"),
      zeroline: false,
      title: { font: { color: colour("text") } },
    };
    const layout = {
      height: 420,
      margin: { t: 16, r: 16, b: 56, l: 56 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      colorway: ["1", "2", "3", "4", "5", "6"].map(colour),
      font: {
        family: getComputedStyle(document.body).fontFamily || "system-ui, sans-serif",
        size: 14,
        color: colour("quiet"),
      },
      hoverlabel: { bgcolor: colour("paper"), bordercolor: colour("axis"), font: { color: colour("text") } },
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("quiet"), activecolor: colour("1") },
      // Under a finger a drag is for scrolling the page.
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      xaxis: axis,
      yaxis: axis,
    };
    for (const key of Object.keys(figure)) {
      if (/^[xy]axis\d+$/.test(key)) {
        layout[key] = axis;
      }
    }
    return layout;
  }

  function draw(source, chart) {
    const figure = JSON.parse(source.textContent);
    const colours = style();
    const layout = merged(pageLayout(colours, figure.layout ?? {}), coloured(figure.layout ?? {}, colours));
    const config = { ...CONFIG, ...figure.config };
    return Plotly.react(chart, coloured(figure.data, colours), layout, config).then(() => {
      // Screen readers have the sentence and the table; the drawing would be hundreds of bare numbers.
      chart.querySelectorAll(".main-svg").forEach((svg) => svg.setAttribute("aria-hidden", "true"));
    });
  }

  let figures = [];

  function drawAll() {
    return Promise.all(figures.map(([source, chart]) => draw(source, chart)));
  }

  // The picture has the page's background: on its own a chart without one cannot be read on any other.
  function savePicture(chart, name) {
    const { width, height } = chart.getBoundingClientRect();
    const paper = style().getPropertyValue("--chart-paper").trim();
    const { data, layout } = chart;
    const figure = { data, layout: { ...layout, paper_bgcolor: paper, plot_bgcolor: paper } };
    return Plotly.downloadImage(figure, { format: "png", scale: 2, width, height, filename: name });
  }

  function offerPictures(charts) {
    for (const chart of charts) {
      const list = chart.closest("figure")?.querySelector(".app-figure__downloads");
      if (!list) {
        continue;
      }
      const button = document.createElement("button");
      const panel = chart.closest(".app-panel")?.querySelector(".app-panel__title")?.textContent;
      button.type = "button";
      button.className = "app-link-button";
      button.textContent = panel ? `${list.dataset.picture}: ${panel}` : list.dataset.picture;
      button.addEventListener("click", () => savePicture(chart, chart.id.replace(/-chart$/, "")));
      list.append(button);
    }
  }

  function drawPage() {
    figures = [...document.querySelectorAll("script.figure-data")].map((source) => [
      source,
      document.getElementById(source.dataset.chart),
    ]);
    return drawAll().then(() => {
      for (const table of document.querySelectorAll("figure details[open]")) {
        table.open = false;
      }
      offerPictures(figures.map(([, chart]) => chart));
      document.documentElement.dataset.charts = "drawn";
    });
  }

  drawPage();
  document.addEventListener("figures:new", drawPage);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
