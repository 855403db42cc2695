"""Names of Word's files that several of their readers look for."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"  # the namespace
# Values of a property that switch it off.
OFF = ("0", "false", "off")
# Marks of a tracked change around what is deleted, or moved elsewhere.
GONE = (f"{W}del", f"{W}moveFrom")
