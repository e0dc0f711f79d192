// Streamlit runs a component's script for each change of its data, after a wait and in no certain order: on a busy machine a
// run for older data comes after the one for newer data, and what it draws would stay.

const newest = new WeakMap(); // place -> session and number of the data that it shows (component.py)

/** Return the script without its runs for data older than what their place shows. */
function newestOnly(draw) {
  return (given) => {
    const { parentElement: place, data: { sent } } = given;
    const [session, number] = newest.get(place) ?? [];
    if (sent[0] === session && sent[1] < number) return undefined;
    newest.set(place, sent);
    return draw(given);
  };
}
