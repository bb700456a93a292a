"""Writes the sources of the document fixtures: sources.py CORPUS OUT

Flat ODT for LibreOffice, Markdown for pandoc, LaTeX, HTML for Chromium, and RTF in windows-1251 as WordPad
writes it. OUT/truth/NAME.txt gets the words of each source, notes at the end.
"""

import html, pathlib, sys

corpus, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
source, truth = out / "source", out / "truth"
HEADERS = ("Дата:", "Источник:", "Адрес:", "Url:", "URL:")


def release(path):
    content = path.read_bytes()
    try:
        content = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = content.decode("cp1251")
    title, *rest = content.replace("\r\n", "\n").strip().split("\n")
    while rest and rest[0].startswith(HEADERS):
        rest.pop(0)
    return title, [line.strip() for line in "\n".join(rest).split("\n\n") if line.strip()]


def write(folder, name, text, encoding="utf-8"):
    (folder / name).write_text(text, encoding=encoding)


def paragraphs(releases):
    for title, body in releases:
        yield "title", title
        for text in body:
            yield "text", text.replace("\n", " ")


NOTE = "Примечание редакции: текст сокращён, полная версия хранится в архиве пресс-службы."
ROWS = [["Показатель", "Первое полугодие", "Второе полугодие"], ["Число обращений", "1 204", "1 377"]]


def words(releases, notes=False):
    lines = [text for _, text in paragraphs(releases)]
    if notes:
        lines += [" ".join(row) for row in ROWS] + [NOTE]
    return "\n\n".join(lines) + "\n"


FODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles><style:style style:name="Standard" style:family="paragraph">
<style:paragraph-properties fo:margin-bottom="0.2cm" fo:text-align="justify"/>
<style:text-properties fo:font-family="Liberation Serif" fo:font-size="12pt" fo:language="ru" fo:country="RU"/></style:style>
<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="paragraph" style:parent-style-name="Standard" style:default-outline-level="1">
<style:text-properties fo:font-size="17pt" fo:font-weight="bold"/></style:style></office:styles>
<office:automatic-styles><style:page-layout style:name="pm1"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" fo:margin="2cm">COLUMNS</style:page-layout-properties>
<style:header-style/><style:footer-style/></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="pm1">
<style:header><text:p>Пресс-служба · сводка сообщений</text:p></style:header>
<style:footer><text:p>Страница <text:page-number/> из <text:page-count/></text:p></style:footer></style:master-page></office:master-styles>
<office:body><office:text>BODY</office:text></office:body></office:document>
"""


def fodt(releases, columns=False, notes=False):
    body, noted = [], not notes
    for kind, text in paragraphs(releases):
        text = html.escape(text)
        if kind == "title":
            body.append(f'<text:h text:style-name="Heading_20_1" text:outline-level="1">{text}</text:h>')
            continue
        if not noted:
            text += f'<text:note text:id="n1" text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>{NOTE}</text:p></text:note-body></text:note>'
            noted = True
        body.append(f'<text:p text:style-name="Standard">{text}</text:p>')
    if notes:
        rows = "".join(
            "<table:table-row>" + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row) + "</table:table-row>"
            for row in ROWS
        )
        body.append(f'<table:table><table:table-column table:number-columns-repeated="3"/>{rows}</table:table>')
    layout = '<style:columns fo:column-count="2" fo:column-gap="0.7cm"/>' if columns else ""
    return FODT.replace("COLUMNS", layout).replace("BODY", "".join(body))


def markdown(releases, notes=False):
    lines, noted = [], not notes
    for kind, text in paragraphs(releases):
        for mark in "\\`*_#<>[]|$~^@\"'":
            text = text.replace(mark, "\\" + mark)
        if kind == "title":
            lines.append("# " + text)
        else:
            lines.append(("\\" if text[0] in "-+" or text[0].isdigit() and ". " in text[:4] else "") + text + ("" if noted else "[^1]"))
            noted = True
    if notes:
        lines.append("| " + " | ".join(ROWS[0]) + " |\n|---|---|---|\n| " + " | ".join(ROWS[1]) + " |")
        lines.append("[^1]: " + NOTE)
    return "\n\n".join(lines) + "\n"


TEX = {
    "pdflatex": "\\usepackage[T2A]{fontenc}\n\\usepackage[utf8]{inputenc}\n\\usepackage[russian]{babel}\n",
    "xelatex": "\\usepackage{fontspec}\n\\setmainfont{DejaVu Serif}\n\\usepackage[russian]{babel}\n",
}


def tex(engine, releases, columns=False):
    body = []
    for kind, text in paragraphs(releases):
        text = "".join({"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}"}.get(c, "\\" + c if c in "&%$#_{}" else c) for c in text)
        if engine == "pdflatex":
            for plain, command in (("№", "\\textnumero{}"), ("−", "--"), ("…", "\\ldots{}"), ("°", "\\textdegree{}"), ("₽", "руб."), ("\u2011", "-"), ("\u202f", "~")):
                text = text.replace(plain, command)
        body.append(f"\\section*{{{text}}}" if kind == "title" else text)
    options = "11pt,a4paper" + (",twocolumn" if columns else "")
    fancy = "\\usepackage{fancyhdr}\n\\pagestyle{fancy}\n\\fancyhead[L]{Вестник пресс-службы}\n"
    return f"\\documentclass[{options}]{{article}}\n{TEX[engine]}{fancy}\\begin{{document}}\n" + "\n\n".join(body) + "\n\\end{document}\n"


def web(releases, columns=False):
    tags = {"title": "h1", "text": "p"}
    body = "".join(f"<{tags[kind]}>{html.escape(text)}</{tags[kind]}>" for kind, text in paragraphs(releases))
    style = "body{hyphens:auto;text-align:justify;" + ("column-count:2" if columns else "") + "}"
    return f"<!DOCTYPE html><html lang=ru><meta charset=utf-8><title>{html.escape(releases[0][0])}</title><style>{style}</style>{body}</html>"


def rtf(releases):
    lines = []
    for kind, text in paragraphs(releases):
        coded = ""
        for c in text:
            byte = c.encode("cp1251", "ignore")
            if c in "\\{}":
                coded += "\\" + c
            elif c < "\x80":
                coded += c
            elif byte:
                coded += f"\\'{byte[0]:02x}"
            else:
                coded += f"\\u{ord(c) if ord(c) < 32768 else ord(c) - 65536}?"
        lines.append(("\\b " if kind == "title" else "\\b0 ") + coded + "\\par\r\n")
    return (
        "{\\rtf1\\ansi\\ansicpg1251\\deff0{\\fonttbl{\\f0\\froman\\fcharset204{\\*\\fname Times New Roman;}Times New Roman CYR;}}\r\n"
        "{\\info{\\author \\'c8\\'e2\\'e0\\'ed\\'ee\\'e2}}{\\header\\pard Header\\par}\\viewkind4\\uc1\\pard\\f0\\fs24 " + "".join(lines) + "}\r\n"
    )


releases = [release(path) for path in sorted(corpus.glob("*/*.txt"))]
digests = [releases[at : at + 4] for at in range(0, len(releases) - 3, 4)]
for number, digest in enumerate(digests[:6]):
    single = digest[:1]
    for name, text, about in [
        (f"plain-{number}.fodt", fodt(digest), (digest, False)),
        (f"notes-{number}.fodt", fodt(single, notes=True), (single, True)),
        (f"columns-{number}.fodt", fodt(digest, columns=True), (digest, False)),
        (f"text-{number}.md", markdown(digest), (digest, False)),
        (f"noted-{number}.md", markdown(single, notes=True), (single, True)),
        (f"pdflatex-{number}.tex", tex("pdflatex", digest), (digest, False)),
        (f"pdflatex-columns-{number}.tex", tex("pdflatex", digest, columns=True), (digest, False)),
        (f"xelatex-{number}.tex", tex("xelatex", digest), (digest, False)),
        (f"xelatex-columns-{number}.tex", tex("xelatex", digest, columns=True), (digest, False)),
        (f"web-{number}.html", web(digest), (digest, False)),
        (f"web-columns-{number}.html", web(digest, columns=True), (digest, False)),
        (f"cp1251-{number}.rtf", rtf(digest), (digest, False)),
    ]:
        write(source, name, text)
        write(truth, name.rsplit(".", 1)[0] + ".txt", words(*about))
