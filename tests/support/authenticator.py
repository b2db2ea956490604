"""A device that makes passkeys and signs with them, as a browser hands it on: real keys, in Python."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """A device with one key; `verified`: it asks for finger, face or PIN; `count`: how often it signed."""

    origin: str
    host: str
    verified: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def makes(self, options: dict[str, Any]) -> str:
        """What `navigator.credentials.create()` says, as JSON."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        length = len(self.credential).to_bytes(2, "big")
        data = self._data(NEW_KEY) + bytes(16) + length + self.credential + cbor2.dumps(cose)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._told("create", options, {"attestationObject": bytes_to_base64url(attested)})

    def proves(self, options: dict[str, Any]) -> str:
        """What `navigator.credentials.get()` says, as JSON."""
        self.count += 1
        data = self._data(0)
        client = self._client("get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {"authenticatorData": data, "signature": signature}
        return self._told("get", options, {name: bytes_to_base64url(part) for name, part in parts.items()})

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": f"webauthn.{kind}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _told(self, kind: str, options: dict[str, Any], response: dict[str, str]) -> str:
        client = bytes_to_base64url(self._client(kind, options))
        name = bytes_to_base64url(self.credential)
        response = {"clientDataJSON": client, **response}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
