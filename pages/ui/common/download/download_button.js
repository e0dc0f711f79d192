// An export is fetched and saved under its name; where it could not be made, the server's reason is drawn beside the button.

export default function ({ parentElement, data: { title, file, url, lost } }) {
  const [button, why] = [parentElement.querySelector("button"), parentElement.querySelector(".why")];
  button.textContent = title;
  button.onclick = async () => {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    why.textContent = "";
    try {
      const answer = await fetch(url, { redirect: "error" });
      if (answer.ok) save(await answer.blob(), file);
      else why.textContent = answer.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : lost;
    } catch {
      why.textContent = lost;
    }
    button.ariaBusy = "false";
  };
}

function save(content, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after the click
}
