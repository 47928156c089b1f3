// Emoji by the names that Slack gives them; the server has the table. A name that is not in it stays as it was written.

const response = await fetch("/static/workspace/emoji.json");

export const EMOJI = new Map(Object.entries(await response.json()));

/** What the menu of reactions offers: the names that people use most. */
export const REACTIONS = `
  +1 eyes white_check_mark tada heart fire thinking_face pray -1 heavy_check_mark x warning rocket bug
  mag mag_right raised_hands clap wave joy smile slightly_smiling_face grinning sob cry rage angry
  face_with_symbols_on_mouth scream sweat_smile sunglasses 100 boom zap bulb memo pushpin
  round_pushpin bookmark link paperclip calendar date clock1 hourglass hourglass_flowing_sand
  stopwatch alarm_clock bell no_bell loudspeaker mega speech_balloon chart_with_upwards_trend
  chart_with_downwards_trend bar_chart
`
  .trim()
  .split(/\s+/);

export const shownEmoji = (name) => EMOJI.get(name.split("::")[0]) ?? `:${name}:`;
