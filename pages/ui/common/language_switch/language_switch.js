// The reader's language, kept in the browser for a year where the next session's server looks for it: in a cookie.

const A_YEAR = 365 * 24 * 60 * 60;

/** The tag of a language as HTML has it: zh-CN. */
const tag = (code) => code.replace("_", "-");

function remember(cookie, code, path) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${cookie}=${code}; Path=${path}; Max-Age=${A_YEAR}; SameSite=Lax${secure}`;
}

export default newestOnly(function ({ parentElement, data, setTriggerValue }) {
  parentElement.querySelector("span").textContent = data.title;
  const list = parentElement.querySelector("select");
  list.replaceChildren(...Object.entries(data.names).map(([code, name]) => {
    const option = new Option(name, code, false, code === data.chosen);
    option.lang = tag(code);
    return option;
  }));
  document.documentElement.lang = tag(data.chosen);
  list.onchange = () => {
    remember(data.cookie, list.value, data.path);
    setTriggerValue("language", list.value);
  };
});
