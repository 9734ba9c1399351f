"""How text is cut into words, so that both databases find Chinese alike."""

import unicodedata

import rjieba


def words_of(text: str) -> list[str]:
    """The words of a text, folded: full width to half, capitals to small. Chinese is cut by a dictionary."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return [word for word in rjieba.cut_for_search(folded) if any(each.isalnum() for each in word)]


def searchable(*texts: str) -> str:
    """Texts as they are stored for searching: every word between spaces, each once."""
    words = dict.fromkeys(word for text in texts for word in words_of(text))
    return f" {' '.join(words)} "
