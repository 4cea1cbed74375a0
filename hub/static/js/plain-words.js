// Shows while somebody types what in their text is hard to read. Without this the hint stands on the page after saving.

const PAUSE = 700; // milliseconds without a key, so that nobody is interrupted in a word

for (const box of document.querySelectorAll("[data-plain-words]")) {
  const text = box.querySelector("textarea");
  const hints = box.querySelector("[data-plain-words-hints]");
  const token = text.form.elements.csrf_token;
  let timer;
  let asked = 0;

  async function ask() {
    const number = ++asked;
    const body = new URLSearchParams({ summary: text.value, csrf_token: token.value });
    try {
      const answer = await fetch(box.dataset.plainWords, { method: "POST", body });
      // An older answer may arrive after a newer one; a refused one says nothing about the words.
      if (answer.ok && number === asked) hints.innerHTML = await answer.text();
    } catch {
      // Without a network the text can still be written; the hint comes after saving.
    }
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}
