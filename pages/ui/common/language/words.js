// A component's sentences in the reader's language: Python sends them by key, and the markup says where they stand.

/** Write them into the markup: data-words="text:invert title:invert_tip" asks for a text and for an attribute. */
function fillWords(root, words) {
  for (const place of root.querySelectorAll("[data-words]")) {
    for (const asked of place.dataset.words.split(" ")) {
      const [where, key] = asked.split(":");
      if (where === "text") writeText(place, words[key]);
      else place.setAttribute(where, words[key]);
    }
  }
}

/** Write the text of an element, and leave what was put behind it. */
function writeText(place, text) {
  if (place.firstChild?.nodeType !== Node.TEXT_NODE) place.prepend(text);
  else if (place.firstChild.data !== text) place.firstChild.data = text;
}

/** The sentence with its values in place of their names in braces. */
function withValues(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Sentences one after the other; after a full-width stop there is no space. */
function paragraph(...sentences) {
  return sentences.filter(Boolean).join(" ").replaceAll("。 ", "。");
}
