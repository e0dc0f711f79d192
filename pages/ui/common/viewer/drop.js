// Files and folders dropped on the viewer go to the page's uploader, where the page has one.

const UPLOADER = '[data-testid="stFileUploaderDropzoneInput"]';

function acceptDrops(root) {
  const holdsFiles = (event) => [...event.dataTransfer.types].includes("Files") && document.querySelector(UPLOADER);
  root.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // without it the browser would leave the page for the file
    event.dataTransfer.dropEffect = "copy";
    root.classList.add("dropping");
  });
  root.addEventListener("dragleave", (event) => {
    if (!root.contains(event.relatedTarget)) root.classList.remove("dropping");
  });
  root.addEventListener("drop", async (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    root.classList.remove("dropping");
    hand(await droppedFiles(event.dataTransfer));
  });
}

/** The files of a drop, those below its folders included. Entries are taken first: after an await they are gone. */
async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function filesBelow(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const files = [];
  for (;;) { // a reader gives some hundred entries at a time
    const entries = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!entries.length) return files;
    for (const below of entries) files.push(...(await filesBelow(below)));
  }
}

function hand(files) {
  const input = document.querySelector(UPLOADER);
  if (!input || !files.length) return;
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
