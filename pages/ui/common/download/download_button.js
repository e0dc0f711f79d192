// An export is fetched and saved under its name; where it could not be made, the server's reason is drawn beside the button.

export default newestOnly(function ({ parentElement, data: { title, file, url, lost } }) {
  const [button, why] = [parentElement.querySelector("button"), parentElement.querySelector(".why")];
  const say = (reason) => { if (button.dataset.url === url) why.textContent = reason; }; // not beside another file's button
  if (button.dataset.url !== url) why.textContent = "";
  button.dataset.url = url;
  button.textContent = title;
  button.onclick = async () => {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    say("");
    try {
      const answer = await fetch(url, { redirect: "error" });
      if (answer.ok) save(await answer.blob(), file);
      else say(answer.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : lost);
    } catch {
      say(lost);
    }
    button.ariaBusy = "false";
  };
});

function save(content, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after the click
}
