#!/usr/bin/env bash
# Makes document fixtures from the releases in corpus/ with LibreOffice, pdfLaTeX, XeLaTeX, Chromium and pandoc.
#
#   tests/documents/make.sh OUT [--install]
#
# OUT/files holds the documents and OUT/truth/NAME.txt the words that a reader must find in NAME.
# `--install` installs the Debian packages (as root). A tool that is missing is reported, and its files are skipped.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: make.sh OUT [--install]}
if [ "${2:-}" = --install ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        libreoffice-writer libreoffice-calc chromium pandoc fonts-dejavu fonts-liberation python3 poppler-utils \
        texlive-latex-base texlive-latex-recommended texlive-xetex texlive-lang-cyrillic cm-super || exit 1
fi
mkdir -p "$out/files" "$out/truth" "$out/source"
python3 "$here/sources.py" "$here/../../corpus" "$out" || exit 1
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

have() { command -v "$1" >/dev/null || { echo "skipped: $1 is not installed"; return 1; }; }
office() { # FORMAT FILTER SUFFIX FILES...
    local format=$1 filter=$2 suffix=$3 made
    shift 3
    made=$(mktemp -d)
    timeout 300 soffice "-env:UserInstallation=file://$profile" --headless --convert-to "$format${filter:+:$filter}" \
        --outdir "$made" "$@" >/dev/null 2>&1
    for file in "$made"/*; do
        [ -e "$file" ] || continue
        local base=$(basename "$file" ".$format")
        mv "$file" "$out/files/$base$suffix.$format"
        cp "$out/truth/$base.txt" "$out/truth/$base$suffix.$format.txt"
    done
    rmdir "$made"
}
made() { cp "$out/truth/$1.txt" "$out/truth/$2.txt"; }

cd "$out/source" || exit 1
if have soffice; then
    office pdf "" -lo plain-*.fodt columns-*.fodt notes-*.fodt
    office docx "MS Word 2007 XML" -lo plain-*.fodt notes-*.fodt
    office odt writer8 -lo plain-*.fodt notes-*.fodt
    office rtf "Rich Text Format" -lo plain-*.fodt notes-*.fodt
fi
if have pandoc; then
    for source in *.md; do
        base=${source%.md}
        for format in docx odt rtf epub; do
            pandoc -s "$source" -o "$out/files/$base-pandoc.$format" 2>/dev/null && made "$base" "$base-pandoc.$format"
        done
    done
fi
for engine in pdflatex xelatex; do
    have $engine || continue
    for source in $engine-*.tex; do
        timeout 60 $engine -interaction=batchmode "$source" >/dev/null 2>&1
        timeout 60 $engine -interaction=batchmode "$source" >/dev/null 2>&1
        base=${source%.tex}
        [ -s "$base.pdf" ] && mv "$base.pdf" "$out/files/$base.pdf" && made "$base" "$base.pdf"
    done
done
if have chromium; then
    for source in web-*.html; do
        base=${source%.html}
        timeout 60 chromium --headless --no-sandbox --disable-gpu "--user-data-dir=$profile/chromium" \
            "--print-to-pdf=$out/files/$base.pdf" "file://$PWD/$source" >/dev/null 2>&1 && made "$base" "$base.pdf"
    done
fi
for source in cp1251-*.rtf; do
    cp "$source" "$out/files/" && made "${source%.rtf}" "$source"
done
ls "$out/files" | sed 's/.*\.//' | sort | uniq -c
