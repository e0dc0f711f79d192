// What a reader asks for by a click reaches Python, also where a run is under way that begins anew: it is state of the
// component, and so goes along with whatever is sent next, until Python says up to which request it has heard.

const asking = new WeakMap();

/** Return the function that asks: by name and value. heard: the number of the last request that Python has followed. */
function asker(place, heard, setStateValue) {
  const state = asking.get(place) ?? { last: 0, waiting: [] };
  asking.set(place, state);
  state.last = Math.max(state.last, heard);
  state.waiting = state.waiting.filter(({ number }) => number > heard);
  return (name, value) => {
    state.last += 1;
    state.waiting = [...state.waiting, { number: state.last, name, value }];
    setStateValue("asked", state.waiting);
  };
}
