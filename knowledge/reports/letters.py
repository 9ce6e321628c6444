"""The letters of Vietnamese by case, for patterns: a range such as À–Ỵ would mix them."""

_TONED = "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
UPPER = "A-Z" + _TONED
LOWER = "a-z" + _TONED.lower()
