// Drawing anew takes the focus away, and the place in a field: both go to what stands there instead.

/** The elements of `root` that are to the person what `element` is to them in `old`, which was drawn in its place. */
function counterpart(old, root, element) {
  const { actionId, place } = element.dataset;
  const block = element.closest("[data-block-id]")?.dataset.blockId;
  if (actionId) {
    const alike = `[data-action-id="${CSS.escape(actionId)}"]`;
    const own = block && root.querySelector(`[data-block-id="${CSS.escape(block)}"] ${alike}`);
    return own ?? nth(old, root, element, alike);
  }
  if (place) return root.querySelector(`[data-place="${CSS.escape(place)}"]`);
  if (element.id) return root.querySelector(`#${CSS.escape(element.id)}`);
  const [first] = element.classList;
  return nth(old, root, element, first ? `${element.localName}.${CSS.escape(first)}` : element.localName);
}

function nth(old, root, element, alike) {
  const at = [...old.querySelectorAll(alike)].indexOf(element);
  return root.querySelectorAll(alike)[at] ?? null;
}

/** Call it before `old` is replaced; what it returns, once `root` stands there. It says whether something has the focus. */
export function keptFocus(old, root) {
  const focused = old?.contains(document.activeElement) ? document.activeElement : null;
  if (!focused) return () => false;
  const to = focused === old ? root : counterpart(old, root, focused);
  const { value, selectionStart, selectionEnd } = focused;
  return () => {
    if (!to) return false;
    to.focus({ preventScroll: true });
    if (to.role === "combobox" && to.value !== value) {
      to.value = value; // what is typed into it is kept nowhere else
      to.dispatchEvent(new Event("input"));
    }
    if (typeof selectionStart === "number" && to.setSelectionRange) to.setSelectionRange(selectionStart, selectionEnd);
    return document.activeElement === to;
  };
}

/** What has the focus now, to be given it again later, though its message may be drawn anew meanwhile. */
export function focusKept() {
  const before = document.activeElement;
  const row = before?.closest("article[data-ts]");
  const list = row?.parentElement;
  return () => {
    const now = list?.querySelector(`:scope > [data-ts="${row.dataset.ts}"]`);
    if (before?.isConnected) before.focus();
    else if (now) (counterpart(row, now, before) ?? now).focus({ preventScroll: true });
  };
}

/** Whether somebody writes or chooses elsewhere by now: then the focus stays there. */
export function goneOn(before) {
  const now = document.activeElement;
  return now !== before && Boolean(now?.closest("textarea, input, select, #overlays"));
}
