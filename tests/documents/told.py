# ruff: noqa: E501  XML lines are as long as programs write them
"""Files that tell of their makers, as Word, Excel, PowerPoint, cameras and PDF programs write them.

Every name and place that must not be in a public copy holds one of `SECRETS`.
"""

import zipfile
from io import BytesIO

import pikepdf
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as Drawing
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageCms, PngImagePlugin

SECRETS = (b"Wilhelmina", b"Quarterdeck", b"00AB12CD", b"struck-out", b"2031-07-09")
NAME, PLACE, RSID, STRUCK, DAY = (one.decode() for one in SECRETS)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument"


def jpeg() -> bytes:
    """From a telephone: turned by its EXIF, which also names its owner and where it stood; with XMP and a comment."""
    file, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F], exif[0x013B] = "Camera", NAME
    exif.get_ifd(0x8825)[29] = PLACE
    picture = Image.new("RGB", (60, 40), (200, 30, 30))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{NAME}</x:xmpmeta>".encode()
    picture.save(file, "JPEG", exif=exif, icc_profile=srgb, xmp=xmp, comment=PLACE)
    data = file.getvalue()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x10\x1c\x02\x50\x00\x0a" + NAME.encode()
    return data[:2] + b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc + data[2:]


def png() -> bytes:
    file, told = BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("Author", NAME)
    told.add_itxt("Location", PLACE)
    told.add_text("Comment", f"{NAME} {DAY}", zip=True)
    exif = Image.Exif()
    exif[0x013B] = NAME
    Image.new("RGBA", (40, 30), (10, 200, 30, 90)).save(file, "PNG", pnginfo=told, exif=exif)
    return file.getvalue()


def core() -> str:
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:creator>{NAME}</dc:creator><cp:lastModifiedBy>{NAME}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{DAY}T00:00:00Z</dcterms:created></cp:coreProperties>'
    )


def app() -> str:
    return (
        f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        f"<Company>{PLACE}</Company><Manager>{NAME}</Manager></Properties>"
    )


def custom() -> str:
    return (
        f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property '
        'fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="Owner">'
        f"<vt:lpwstr>{NAME}</vt:lpwstr></property></Properties>"
    )


def relations(*rows: tuple[str, str], external: tuple[tuple[str, str], ...] = ()) -> str:
    inside = [
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(rows, 1)
    ]
    outside = [
        f'<Relationship Id="rOut{n}" Type="{kind}" Target="{target}" TargetMode="External"/>'
        for n, (kind, target) in enumerate(external, 1)
    ]
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{"".join(inside + outside)}</Relationships>'


def contents(overrides: dict[str, str]) -> str:
    rows = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        '"application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/><Default Extension="xlsx" '
        f'ContentType="{MAIN}.spreadsheetml.sheet"/>{rows}</Types>'
    )


def packed(parts: dict[str, str | bytes], comment: bytes = b"") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def properties() -> dict[str, str | bytes]:
    return {
        "docProps/core.xml": core(),
        "docProps/app.xml": app(),
        "docProps/custom.xml": custom(),
        "docProps/thumbnail.jpeg": jpeg(),
    }


def package_relations(main: str) -> str:
    return relations(
        (f"{OFFICE}/officeDocument", main),
        (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        (f"{OFFICE}/extended-properties", "docProps/app.xml"),
        (f"{OFFICE}/custom-properties", "docProps/custom.xml"),
        (f"{PACKAGE}/relationships/metadata/thumbnail", "docProps/thumbnail.jpeg"),
    )


DOCX_BODY = f"""<w:body>
<w:p w:rsidR="{RSID}" w:rsidRDefault="{RSID}"><w:commentRangeStart w:id="0"/><w:r><w:t>Lift monitor 升降機監察</w:t></w:r>
<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">It costs </w:t></w:r><w:del w:id="1" w:author="{NAME}" w:date="{DAY}T00:00:00Z"><w:r>
<w:delText>{STRUCK}</w:delText></w:r></w:del><w:ins w:id="2" w:author="{NAME}" w:date="{DAY}T00:00:00Z"><w:r><w:t>little</w:t>
</w:r></w:ins></w:p>
<w:tbl><w:tr><w:trPr><w:del w:id="3" w:author="{NAME}"/></w:trPr><w:tc><w:p><w:r><w:t>{STRUCK}</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>A row that stays</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body>"""


def docx() -> bytes:
    main = f"{MAIN}.wordprocessingml"
    comments = f'{HEAD}<w:comments {W}><w:comment w:id="0" w:author="{NAME}" w:initials="WQ"><w:p/></w:comment></w:comments>'
    people = f'{HEAD}<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w15:person w15:author="{NAME}"/></w15:people>'
    settings = (
        f'{HEAD}<w:settings {W} {R}><w:attachedTemplate r:id="rOut1"/><w:rsids><w:rsidRoot w:val="{RSID}"/></w:rsids>'
        f'<w:docVars><w:docVar w:name="x" w:val="{NAME}"/></w:docVars></w:settings>'
    )
    parts = properties() | {
        "[Content_Types].xml": contents(
            {
                "word/document.xml": f"{main}.document.main+xml",
                "word/comments.xml": f"{main}.comments+xml",
                "word/settings.xml": f"{main}.settings+xml",
                "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
            }
        ),
        "_rels/.rels": package_relations("word/document.xml"),
        "word/document.xml": f"{HEAD}<!-- by {NAME} --><w:document {W}>{DOCX_BODY}</w:document>",
        "word/_rels/document.xml.rels": relations(
            (f"{OFFICE}/comments", "comments.xml"),
            (f"{OFFICE}/settings", "settings.xml"),
            (f"{OFFICE}/image", "media/image1.jpeg"),
            (f"{OFFICE}/package", "embeddings/sheet.xlsx"),
            external=((f"{OFFICE}/hyperlink", "https://www.example.org/lift"),),
        ),
        "word/comments.xml": comments,
        "word/people.xml": people,
        "word/settings.xml": settings,
        "word/_rels/settings.xml.rels": relations(
            external=((f"{OFFICE}/attachedTemplate", f"file:///C:\\Users\\{NAME}\\Normal.dotm"),)
        ),
        "word/media/image1.jpeg": jpeg(),
        "word/embeddings/sheet.xlsx": xlsx(),
        "customXml/item1.xml": f"<owner>{NAME}</owner>",
    }
    return packed(parts, comment=NAME.encode())


def xlsx() -> bytes:
    book, file = Workbook(), BytesIO()
    book.properties.creator = book.properties.lastModifiedBy = NAME
    book.properties.title = PLACE
    sheet = book.active
    sheet.append(["Lift", "kWh"])
    sheet.append(["No. 1", 12.5])
    sheet["A1"].comment = Comment(f"{NAME} says", NAME)
    sheet.add_image(Drawing(BytesIO(jpeg())), "D4")
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path = f'<x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac" url="C:\\Users\\{NAME}\\"/>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"<bookViews>", f"{path}<bookViews>".encode(), 1
    )
    return packed(parts)


def pptx() -> bytes:
    main = f"{MAIN}.presentationml"
    P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'

    def slide(text: str) -> str:
        return (
            f'{HEAD}<p:sld {P} {A}><p:cSld><p:spTree><p:pic><p:nvPicPr><p:cNvPr id="4" name="Picture" '
            f'descr="C:\\Users\\{NAME}\\photo.jpg"/></p:nvPicPr></p:pic><p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p>'
            "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
        )

    authors = f'{HEAD}<p:cmAuthorLst {P}><p:cmAuthor id="1" name="{NAME}" initials="WQ"/></p:cmAuthorLst>'
    parts = properties() | {
        "[Content_Types].xml": contents({"ppt/presentation.xml": f"{main}.presentation.main+xml"}),
        "_rels/.rels": package_relations("ppt/presentation.xml"),
        "ppt/presentation.xml": f"{HEAD}<p:presentation {P} {R}/>",
        "ppt/_rels/presentation.xml.rels": relations(
            (f"{OFFICE}/slide", "slides/slide1.xml"), (f"{OFFICE}/commentAuthors", "commentAuthors.xml")
        ),
        "ppt/commentAuthors.xml": authors,
        "ppt/comments/comment1.xml": f"{HEAD}<p:cmLst {P}><p:cm authorId='1'><p:text>{NAME}</p:text></p:cm></p:cmLst>",
        "ppt/slides/slide10.xml": slide("The last slide"),
        "ppt/slides/slide2.xml": slide("The second slide"),
        "ppt/slides/slide1.xml": slide("Lift monitor 升降機監察"),
        "ppt/media/image1.jpeg": jpeg(),
    }
    return packed(parts)


def pdf(*, encrypted: str | None = None, program: bool = False, pages: int = 1) -> bytes:
    """With Info, XMP, an attachment, a note in the margin, a photograph as it came, and objects in packed streams."""
    made = pikepdf.new()
    for number in range(pages):
        page = made.add_blank_page(page_size=(300, 200))
        text = "Lift monitor" if number == 0 else f"Page {number + 1}"
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        page.obj.Contents = made.make_stream(f"BT /F1 18 Tf 20 100 Td ({text}) Tj ET".encode())
    page = made.pages[0]
    photo = made.make_stream(jpeg())
    photo.Type, photo.Subtype, photo.Filter = Name.XObject, Name.Image, Name.DCTDecode
    photo.Width, photo.Height, photo.BitsPerComponent, photo.ColorSpace = 60, 40, 8, Name.DeviceRGB
    page.obj.Resources.XObject = Dictionary(Im1=photo)
    page.obj.PieceInfo = Dictionary(App=Dictionary(Private=String(NAME)))
    page.obj.Annots = Array(
        [
            made.make_indirect(
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Text,
                    Rect=Array([0, 0, 9, 9]),
                    T=String(NAME),
                    Contents=String(PLACE),
                )
            ),
            made.make_indirect(
                Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([0, 0, 9, 9]), T=String(NAME))
            ),
            made.make_indirect(
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Link,
                    Rect=Array([0, 0, 9, 9]),
                    A=Dictionary(S=Name.URI, URI=String("https://www.example.org/lift")),
                )
            ),
            made.make_indirect(
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Link,
                    Rect=Array([0, 0, 9, 9]),
                    A=Dictionary(S=Name.GoToR, F=String(f"C:/Users/{NAME}/x.pdf")),
                )
            ),
        ]
    )
    made.docinfo["/Author"] = NAME
    made.docinfo["/CreationDate"] = DAY
    with made.open_metadata() as told:
        told["dc:creator"] = [NAME]
        told["dc:description"] = PLACE
    made.attachments["list.txt"] = f"{NAME} {PLACE}".encode()
    if program:
        made.Root.Names.JavaScript = Dictionary(
            Names=Array([String("x"), Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))])
        )
    file = BytesIO()
    lock = pikepdf.Encryption(owner="other", user=encrypted) if encrypted is not None else None
    made.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate, encryption=lock or False)
    return file.getvalue()


def every_byte(data: bytes) -> bytes:
    """What can be found in a file by looking: its bytes, and those of what is packed in it, however deep."""
    found = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            found.append(archive.comment)
            for info in archive.infolist():
                found += [info.filename.encode(), info.comment, info.extra, every_byte(archive.read(info))]
    if data.startswith(b"%PDF"):
        with pikepdf.open(BytesIO(data)) as pdf:
            for one in pdf.objects:
                found.append(repr(one).encode())
                if isinstance(one, pikepdf.Stream):
                    found.append(one.read_raw_bytes())
                    if str(one.get("/Filter", "")) != "/DCTDecode":
                        found.append(one.read_bytes())
            found.append(repr(pdf.trailer).encode())
    if data.startswith(b"\x89PNG"):
        picture = Image.open(BytesIO(data))
        picture.load()
        found.append(repr(picture.info).encode())
    joined = b"\n".join(found)
    return joined + joined.replace(b"\0", b"")  # also as UTF-16


def secrets_in(data: bytes) -> list[bytes]:
    there = every_byte(data)
    return [one for one in SECRETS if one in there]
