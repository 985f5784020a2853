"""Sample data, so that every starter can be tried at once: small files made on the spot, always the same."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

_COLOURS: Final = ["#0b6470", "#8250df", "#9a6700", "#1a7f37", "#bc4c00", "#0969da"]
_PICTURE: Final = (960, 640)
_ROWS: Final = 60


def fill_instrument(root: Path) -> None:
    """What an instrument leaves behind: datasets, pictures, a mixed folder, and an outbox."""
    _dataset(root / "datasets" / "alloy-scan", "Alloy scan at three temperatures")
    torn = _dataset(root / "datasets" / "torn-scan", "Scan with a damaged file")
    _write(torn / "readings-650K.csv", "strain,stress\n0.0,0.0\n")
    _pictures(root / "images")
    _mixed(root / "mixed")
    for number in range(1, 4):
        _write(root / "outbox" / f"shipment-{number}.txt", f"Shipment {number}: ready to go.\n")


def _dataset(folder: Path, title: str) -> Path:
    """A folder of tables, with a manifest that names each file and its checksum."""
    tables = {f"readings-{kelvin}K.csv": _table(kelvin) for kelvin in (300, 450, 650)}
    texts = tables | {"notes.md": f"# {title}\n\nMeasured on the demo instrument; the numbers are made up.\n"}
    files = [
        {"path": name, "sha256": hashlib.sha256(text.encode()).hexdigest()} for name, text in texts.items()
    ]
    manifest = {
        "title": title,
        "creator": "Demo instrument",
        "created": "2026-03-02",
        "material": "Al-7075",
        "temperatures_kelvin": [300, 450, 650],
        "keywords": ["alloy", "tensile", "demo"],
        "files": files,
    }
    for name, text in texts.items():
        _write(folder / name, text)
    _write(folder / "manifest.json", json.dumps(manifest, indent=2) + "\n")
    return folder


def _table(kelvin: int) -> str:
    softness = 1 + (kelvin - 300) / 500
    rows = [(step / 1000, 540 / softness * math.tanh(step / (9 * softness))) for step in range(_ROWS)]
    return "strain,stress\n" + "".join(f"{strain:.4f},{stress:.2f}\n" for strain, stress in rows)


def _mixed(folder: Path) -> None:
    for number in range(1, 5):
        name = f"sample-{number:02}"
        _write(
            folder / f"{name}.json", json.dumps({"sample": number, "mass_g": round(1.5 * number, 2)}) + "\n"
        )
        _write(folder / "raw" / f"{name}.csv", _table(300 + 50 * number))
    _write(folder / "raw" / "calibration.json", json.dumps({"offset": 0.02, "gain": 1.001}) + "\n")
    _write(folder / "session.log", "09:00 started\n09:42 stopped\n")
    _write(folder / "scratch.tmp", "to be thrown away\n")


def _pictures(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, colour in enumerate(_COLOURS, start=1):
        _picture(number, colour).save(folder / f"detector-{number}.png")


def _picture(number: int, colour: str) -> Image.Image:
    """Rings, as a detector shows them: something to recognise in a thumbnail."""
    image = Image.new("RGB", _PICTURE, "#f6f8f8")
    draw = ImageDraw.Draw(image)
    centre_x, centre_y = 480 + 40 * (number - 3), 320
    for ring in range(2 + number, 0, -1):
        radius = ring * (300 // (2 + number))
        box = (centre_x - radius, centre_y - radius, centre_x + radius, centre_y + radius)
        draw.ellipse(box, outline=colour, width=4 + 2 * number)
    return image


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
