// A Vietnamese keyboard for fingers: Telex while typing, accented letters and tones by touch.
// The tone stands as elsewhere in motcua (hòa, thúy), wherever its key is struck.
const TONES = { s: "\u0301", f: "\u0300", r: "\u0309", x: "\u0303", j: "\u0323" };
const MARK = /[\u0300\u0301\u0303\u0309\u0323]/;
const HATS = { a: "â", e: "ê", o: "ô" };
const HORNS = { a: "ă", â: "ă", o: "ơ", ô: "ơ", u: "ư" };
const PLAIN = { ă: "a", ơ: "o", ư: "u" };
const VOWELS = "aăâeêioôơuưy";
const isVowel = (letter) => VOWELS.includes(letter);
const like = (sample, letter) => (sample === sample.toLowerCase() ? letter : letter.toUpperCase());

// The letters of a word without its tone, and the tone.
const split = (word) => {
  let tone = "";
  const letters = [...word.normalize("NFC")].map((char) => {
    const parts = char.normalize("NFD");
    const mark = parts.match(MARK);
    if (!mark) return char;
    tone = mark[0];
    return parts.replace(MARK, "").normalize("NFC");
  });
  return { letters, tone };
};

const place = (low) => {
  const start = ["qu", "gi"].includes(low[0] + low[1]) && isVowel(low[2] || "-") ? 2 : 0;
  const vowels = low.map((letter, at) => at).filter((at) => at >= start && isVowel(low[at]));
  const shaped = vowels.filter((at) => "ăâêôơư".includes(low[at]));
  if (shaped.length) return shaped.at(-1);
  if (vowels.length < 2 || vowels.at(-1) < low.length - 1) return vowels.at(-1);
  return vowels.length === 3 ? vowels[1] : vowels[0];
};

const join = ({ letters, tone }) => {
  const low = letters.map((letter) => letter.toLowerCase());
  low.forEach((letter, at) => { // thuơ + n: both letters take the horn
    const pair = letter + low[at + 1];
    if (at + 2 < low.length && low[at - 1] !== "q" && (pair === "uơ" || pair === "ưo")) {
      letters[at] = like(letters[at], "ư");
      letters[at + 1] = like(letters[at + 1], "ơ");
      low[at] = "ư";
      low[at + 1] = "ơ";
    }
  });
  const at = place(low);
  if (tone && at !== undefined) letters[at] += tone;
  return letters.join("").normalize("NFC");
};

// Each rule changes the word and returns true, or false when the key is an ordinary letter.
const strikeTone = (word, key) => {
  const low = word.letters.map((letter) => letter.toLowerCase());
  if (place(low) === undefined || (key === "z" && !word.tone)) return false;
  const again = word.tone === TONES[key];
  word.tone = again ? "" : TONES[key] || "";
  return !again; // struck twice: the tone goes and the letter stays
};

const strikeHat = (word, key) => {
  const low = word.letters.map((letter) => letter.toLowerCase());
  const at = low.findLastIndex((letter) => letter === key || letter === HATS[key] || (key === "a" && letter === "ă"));
  if (at < 0 || low.slice(at + 1).some(isVowel)) return false;
  const again = low[at] === HATS[key];
  word.letters[at] = like(word.letters[at], again ? key : HATS[key]);
  return !again;
};

const strikeBar = (word) => {
  const low = word.letters.map((letter) => letter.toLowerCase());
  const again = low[0] === "đ" && low.length === 1;
  if (!again && !(low[0] === "d" && (low.length === 1 || low.some(isVowel)))) return false;
  word.letters[0] = like(word.letters[0], again ? "d" : "đ");
  return !again;
};

const strikeHorn = (word, key) => {
  const { letters } = word;
  const low = letters.map((letter) => letter.toLowerCase());
  const set = (at, letter) => { letters[at] = like(letters[at], letter); };
  const pair = low.findIndex((letter, at) => "uư".includes(letter) && "oôơ".includes(low[at + 1] || "-") && low[at - 1] !== "q");
  if (pair >= 0) {
    const both = low[pair] === "ư" && low[pair + 1] === "ơ";
    if (both) { set(pair, "u"); set(pair + 1, "o"); return false; }
    if (pair + 2 < low.length || low[pair] === "ư" || low[pair + 1] === "ơ") set(pair, "ư");
    set(pair + 1, "ơ");
    return true;
  }
  const fits = (letter, at) => (HORNS[letter] || PLAIN[letter]) && !(letter === "u" && low[at - 1] === "q");
  let at = low.findLastIndex(fits);
  if (at > 0 && "aă".includes(low[at]) && "uư".includes(low[at - 1]) && low[at - 2] !== "q" && at === low.length - 1) at -= 1;
  if (at < 0) {
    if (low.some(isVowel)) return false;
    letters.push(like(key, "ư"));
    return true;
  }
  const again = PLAIN[low[at]];
  set(at, again || HORNS[low[at]]);
  return !again;
};

const rule = (key) => key in TONES || key === "z" ? strikeTone : key in HATS ? strikeHat : key === "d" ? strikeBar : key === "w" ? strikeHorn : null;

const last = (text) => text.match(/\p{L}*$/u)[0];

// The text before the caret once `key` is struck after it.
export const compose = (text, key) => {
  const word = last(text.normalize("NFC"));
  const head = text.normalize("NFC").slice(0, -word.length || undefined);
  const typed = split(word);
  const strike = rule(key.toLowerCase());
  if (!/^\p{L}$/u.test(key)) return text + key;
  if (!strike || !strike(typed, key.toLowerCase(), key)) typed.letters.push(key);
  return head + join(typed);
};

export const erase = (text) => {
  const word = last(text.normalize("NFC"));
  if (!word) return [...text].slice(0, -1).join("");
  const typed = split(word);
  typed.letters.pop();
  if (!typed.letters.some((letter) => isVowel(letter.toLowerCase()))) typed.tone = "";
  return text.normalize("NFC").slice(0, -word.length) + join(typed);
};

// A tone key of its own: the same touch twice takes the tone away.
export const intone = (text, key) => {
  const word = last(text.normalize("NFC"));
  const typed = split(word);
  strikeTone(typed, key);
  return word ? text.normalize("NFC").slice(0, -word.length) + join(typed) : text;
};
