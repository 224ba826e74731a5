"""Files that run something when they are opened, by their names: agents are warned of them before they open one.

The endings are those that Outlook blocks or that carry macros, disk images that hide the mark of the web, and pages
that draw a sign-in of their own. https://support.microsoft.com/office/434752e1-02d3-4e90-9124-8b81e49a8519
"""

from collections.abc import Sequence

from cases.mail import Part

_PROGRAMS = (
    "exe com scr pif cpl msi msp msc bat cmd ps1 psm1 vbs vbe js jse wsf wsh wsc hta sct jar jnlp class py pyw pl sh "
    "app command dmg pkg deb rpm apk appx msix xll dll sys ocx gadget"
)
_STARTERS = "lnk url scf inf reg library-ms settingcontent-ms desktop website chm hlp application appref-ms rdp one"
_MACROS = "docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam sldm accdb accde mdb ade adp iqy slk"
_IMAGES = "iso img vhd vhdx udf"
_PAGES = "html htm xhtml xht mht mhtml shtml svg"
_RISKY = frozenset(" ".join((_PROGRAMS, _STARTERS, _MACROS, _IMAGES, _PAGES)).split())


def find_risky(parts: Sequence[Part]) -> list[str]:
    """Names of the files among `parts` that may run something when they are opened."""
    return [part.filename for part in parts if part.filename and _ending(part.filename) in _RISKY]


def _ending(name: str) -> str:
    return name.rstrip(". ").rpartition(".")[2].lower()
