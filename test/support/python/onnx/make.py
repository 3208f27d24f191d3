"""Makes tiny models with random weights as packs, and what PyTorch answers with them: `make.py OUT PHOTOS`."""

import sys
from pathlib import Path

import common
import detectors
import pixels
import sam

out, photos = Path(sys.argv[1]), Path(sys.argv[2])
pictures = common.pictures(photos, out / "pictures")
for family in [sam, detectors, pixels]:
    family.make(out / "packs", pictures)
