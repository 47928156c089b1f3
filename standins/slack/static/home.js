// The app's home tab.

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { h, whenReleased } from "./dom.js";
import { keptFocus } from "./focus.js";
import { refusal, toast } from "./overlays.js";
import { pickedIn, state } from "./state.js";
import { t } from "./words.js";

export function drawHome(holder) {
  whenReleased(holder, () => draw(holder));
}

function draw(holder) {
  if (!state.home) {
    holder.replaceChildren(
      h(
        "div",
        { class: "empty" },
        h("h3", {}, state.app.name),
        h("p", {}, t("This app has not put anything here yet.")),
      ),
    );
    return;
  }
  const values = pickedIn("home");
  const at = (block, element) => ({
    user: state.me,
    home: true,
    block_id: block.block_id,
    action_id: element.action_id,
  });
  const context = {
    prefix: "home",
    values,
    sendAction: async (block, element, value) => {
      const answer = await act("press", { ...at(block, element), value, values });
      if (!answer.ok) toast(refusal(answer));
      return answer;
    },
    loadOptions: async (block, element, query) =>
      (await act("suggest", { ...at(block, element), query })).options ?? [],
  };
  const drawn = blocks(state.home.blocks, context);
  const refocus = keptFocus(holder, drawn);
  holder.replaceChildren(drawn);
  refocus();
}
