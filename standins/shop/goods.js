/** What the shop sells. `broken` says how Buy fails since the last deploy, see faults.js. */

export const GOODS = [
  {
    id: "fjord-shell",
    art: "jacket",
    tint: ["#0f4c5c", "#1b7f8c"],
    sky: ["#f6d8ae", "#e9a178"],
    kind: "wear",
    price: 189,
    broken: "banner",
    en: ["Fjord Shell Jacket", "Three layers, sealed seams, a hood that turns with you."],
    ko: ["피오르 셸 재킷", "3중 원단과 방수 봉제, 고개를 따라 도는 후드."],
  },
  {
    id: "birch-fleece",
    art: "fleece",
    tint: ["#c8553d", "#e07a5f"],
    sky: ["#dfe7e3", "#b9cdc4"],
    kind: "wear",
    price: 95,
    broken: "dead",
    en: ["Birch Fleece", "Recycled fleece for the cabin and the climb."],
    ko: ["자작나무 플리스", "산장에서도 산길에서도, 재생 원단 플리스."],
  },
  {
    id: "trail-boots",
    art: "boot",
    tint: ["#7f5539", "#a98467"],
    sky: ["#d7e3ea", "#a9c2d0"],
    kind: "feet",
    price: 164,
    broken: "banner",
    en: ["Moss Trail Boots", "Oiled leather that can be resoled, again and again."],
    ko: ["이끼 트레일 부츠", "밑창을 몇 번이고 갈 수 있는 오일 가죽."],
  },
  {
    id: "aurora-tent",
    art: "tent",
    tint: ["#386641", "#6a994e"],
    sky: ["#1d3557", "#457b9d"],
    kind: "camp",
    price: 320,
    broken: "throw",
    en: ["Aurora Tent", "For two. Up in four minutes, quiet in forty knots."],
    ko: ["오로라 텐트", "2인용. 4분이면 설치, 강풍에도 고요하게."],
  },
  {
    id: "summit-pack",
    art: "pack",
    tint: ["#bc6c25", "#dda15e"],
    sky: ["#e9edc9", "#bcc49a"],
    kind: "carry",
    price: 149,
    broken: "late",
    en: ["Summit Pack 45 L", "Carries a week, weighs a kilo."],
    ko: ["서밋 배낭 45L", "일주일 짐을 담고 무게는 1kg."],
  },
  {
    id: "wool-beanie",
    art: "beanie",
    tint: ["#9b2226", "#bb3e03"],
    sky: ["#edf2f4", "#cfd8de"],
    kind: "wear",
    price: 29,
    broken: "banner",
    en: ["Wool Beanie", "Knitted in one piece from Norwegian wool."],
    ko: ["울 비니", "노르웨이 양모로 이음새 없이 짠 비니."],
  },
  {
    id: "steel-flask",
    art: "flask",
    tint: ["#3d5a80", "#98c1d9"],
    sky: ["#fde2c5", "#f3b98b"],
    kind: "camp",
    price: 38,
    broken: "banner",
    en: ["Steel Flask 0.7 L", "Hot for eighteen hours. Dented ones are loved most."],
    ko: ["스틸 보온병 0.7L", "열여덟 시간 따뜻하게. 찌그러져도 사랑받는 보온병."],
  },
  {
    id: "storm-lamp",
    art: "lamp",
    tint: ["#e09f3e", "#fff3b0"],
    sky: ["#22333b", "#5e503f"],
    kind: "camp",
    price: 64,
    broken: "dead",
    en: ["Storm Lamp", "Warm light for ninety hours, in any weather."],
    ko: ["폭풍 랜턴", "아흔 시간 따뜻한 빛."],
  },
];

export const goods = (id) => GOODS.find((one) => one.id === id);

const SHAPES = {
  jacket: (a, b) => `<path d="M92 62c8-12 48-12 56 0l30 18 8 72-22 4-4-40v52H80v-52l-4 40-22-4 8-72z" fill="${a}"/>
    <path d="M120 60c-12 0-22 4-24 10 2 16 12 26 24 30 12-4 22-14 24-30-2-6-12-10-24-10z" fill="${b}"/>
    <path d="M120 100v68" stroke="#fff" stroke-opacity=".55" stroke-width="3"/><path d="M88 132h20M132 132h20" stroke="${b}" stroke-width="4"/>`,
  fleece: (a, b) => `<path d="M94 64h52l34 18 6 70-22 4-4-38v50H80v-50l-4 38-22-4 6-70z" fill="${a}"/>
    <path d="M94 64c4 14 48 14 52 0l-4-10H98z" fill="${b}"/><path d="M80 112h80v12H80z" fill="#fff" fill-opacity=".28"/>
    <path d="M120 74v40" stroke="#fff" stroke-opacity=".7" stroke-width="3"/><rect x="130" y="94" width="20" height="14" rx="3" fill="${b}"/>`,
  boot: (a, b) => `<path d="M92 58h44l4 50c10 14 44 12 46 38v10H84c-4-36 8-60 8-98z" fill="${a}"/>
    <path d="M80 154h108v12q-4 4-12 4H88q-8 0-8-6z" fill="#2b2118"/><path d="M90 58h48v14H91z" fill="${b}"/>
    <path d="M112 84l28 4M112 98l30 4M116 112l30 2" stroke="#f4ead7" stroke-width="4" stroke-linecap="round"/>`,
  tent: (a, b) => `<path d="M120 62L34 168h172z" fill="${a}"/><path d="M120 62l86 106h-44z" fill="${b}"/>
    <path d="M120 62l-26 106h52z" fill="#17241a"/><path d="M120 92l-14 76h28z" fill="#f6c667" fill-opacity=".85"/><path d="M120 62l-6-12" stroke="#fff" stroke-width="3"/>`,
  pack: (
    a,
    b,
  ) => `<path d="M84 78c0-32 72-32 72 0v82q0 10-10 10H94q-10 0-10-10z" fill="${a}"/><rect x="70" y="104" width="16" height="48" rx="8" fill="${b}"/>
    <rect x="154" y="104" width="16" height="48" rx="8" fill="${b}"/><rect x="94" y="116" width="52" height="40" rx="8" fill="${b}"/>
    <path d="M84 90h72" stroke="#fff" stroke-opacity=".5" stroke-width="4"/><path d="M106 56c0-12 28-12 28 0" stroke="#463018" stroke-width="5" fill="none"/>`,
  beanie: (a, b) => `<circle cx="120" cy="58" r="13" fill="${b}"/><path d="M72 138c-4-92 100-92 96 0z" fill="${a}"/>
    <path d="M88 128c0-34 10-52 18-58M120 128V68M152 128c0-34-10-52-18-58" stroke="#fff" stroke-opacity=".25" stroke-width="4" fill="none"/>
    <rect x="66" y="130" width="108" height="30" rx="12" fill="${b}"/>`,
  flask: (
    a,
    b,
  ) => `<rect x="96" y="44" width="48" height="26" rx="6" fill="#22303c"/><path d="M92 78q0-8 8-8h40q8 0 8 8v84q0 10-10 10h-36q-10 0-10-10z" fill="${a}"/>
    <path d="M104 80h8v84h-8z" fill="#fff" fill-opacity=".35"/><path d="M92 104h56v22H92z" fill="${b}"/><path d="M108 120l8-10 6 7 6-9 8 12z" fill="#fff"/>`,
  lamp: (
    a,
    b,
  ) => `<circle cx="120" cy="118" r="62" fill="${b}" fill-opacity=".22"/><path d="M98 60c0-26 44-26 44 0" stroke="#e8e3da" stroke-width="4" fill="none"/>
    <rect x="94" y="60" width="52" height="16" rx="5" fill="#2d2a26"/><rect x="98" y="76" width="44" height="70" rx="10" fill="${b}"/>
    <path d="M120 94c14 18 10 34 0 38-10-4-14-20 0-38z" fill="${a}"/><rect x="90" y="146" width="60" height="22" rx="6" fill="#2d2a26"/>`,
};

/** The picture of a product: a sky, hills and the thing itself, drawn here so that the shop needs no files. */
export const picture = ({ id, art, tint: [a, b], sky: [high, low] }) => `
  <svg class="art" viewBox="0 0 240 190" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
    <defs><linearGradient id="sky-${id}" x2="0" y2="1"><stop stop-color="${high}"/><stop offset="1" stop-color="${low}"/></linearGradient></defs>
    <rect width="240" height="190" fill="url(#sky-${id})"/><circle cx="190" cy="44" r="17" fill="#fff" fill-opacity=".55"/>
    <path d="M-10 150l52-66 34 40 40-58 48 64 30-32 60 60v40H-10z" fill="#fff" fill-opacity=".22"/>
    <path d="M-10 176c60-26 190-26 260 0v20H-10z" fill="#0d2b33" fill-opacity=".22"/>
    <ellipse cx="120" cy="171" rx="72" ry="7" fill="#000" fill-opacity=".18"/>${SHAPES[art](a, b)}
  </svg>`;
