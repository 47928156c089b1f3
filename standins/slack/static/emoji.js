// The names people use most. A name that is not here stays as it was written.

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|eyes 👀|tada 🎉|white_check_mark ✅|heavy_check_mark ✔️|x ❌|warning ⚠️|fire 🔥
|rocket 🚀|bug 🐛|mag 🔍|mag_right 🔎|pray 🙏|raised_hands 🙌|clap 👏|wave 👋|heart ❤️|joy 😂|smile 😄|slightly_smiling_face 🙂
|grinning 😀|thinking_face 🤔|sob 😭|cry 😢|rage 😡|angry 😠|face_with_symbols_on_mouth 🤬|scream 😱|sweat_smile 😅|sunglasses 😎
|100 💯|boom 💥|zap ⚡|bulb 💡|memo 📝|pencil 📝|pushpin 📌|round_pushpin 📍|bookmark 🔖|link 🔗|paperclip 📎|calendar 📅|date 📅
|clock1 🕐|hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|bell 🔔|no_bell 🔕|loudspeaker 📢|mega 📣|speech_balloon 💬
|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|red_circle 🔴|large_orange_circle 🟠|orange_circle 🟠
|large_yellow_circle 🟡|large_green_circle 🟢|green_circle 🟢|large_blue_circle 🔵|white_circle ⚪|black_circle ⚫|rotating_light 🚨
|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|information_source ℹ️|question ❓|exclamation ❗|heavy_plus_sign ➕|arrow_up ⬆️
|arrow_down ⬇️|arrow_right ➡️|arrow_left ⬅️|arrow_upper_right ↗️|arrow_lower_right ↘️|repeat 🔁|arrows_counterclockwise 🔄
|mouse 🐭|three_button_mouse 🖱️|computer 💻|iphone 📱|desktop_computer 🖥️|movie_camera 🎥|clapper 🎬|film_frames 🎞️|frame_with_picture 🖼️
|camera 📷|package 📦|shopping_trolley 🛒|shopping_bags 🛍️|credit_card 💳|lock 🔒|unlock 🔓|key 🔑|wrench 🔧|hammer 🔨|gear ⚙️|broom 🧹
|ticket 🎫|label 🏷️|inbox_tray 📥|outbox_tray 📤|file_folder 📁|page_facing_up 📄|notebook 📓|book 📖|books 📚|ledger 📒|clipboard 📋
|bust_in_silhouette 👤|busts_in_silhouette 👥|point_right 👉|point_up ☝️|ok_hand 👌|muscle 💪|crossed_fingers 🤞|ok 🆗|new 🆕
|sparkles ✨|star ⭐|sunny ☀️|snowflake ❄️|coffee ☕|pizza 🍕|cake 🍰|beers 🍻|robot_face 🤖|ghost 👻|skull 💀|see_no_evil 🙈|dog 🐶|cat 🐱
|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|earth_africa 🌍|globe_with_meridians 🌐|construction 🚧|dart 🎯|checkered_flag 🏁|zzz 💤|leftwards_arrow_with_hook ↩️|trophy 🏆|relieved 😌|neutral_face 😐
`;

export const EMOJI = new Map(
  TABLE.replaceAll("\n", "")
    .split("|")
    .filter(Boolean)
    .map((pair) => pair.trim().split(" ")),
);

export const QUICK = ["+1", "eyes", "white_check_mark", "tada", "heart", "fire", "thinking_face", "pray"];

export const shownEmoji = (name) => EMOJI.get(name.split("::")[0]) ?? `:${name}:`;
