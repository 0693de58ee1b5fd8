// Python in colored pieces: enough to read by, without knowing what a name means.

import { element } from "./element.js";

const WORDS =
  "and|as|assert|async|await|break|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|import|in|" +
  "is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield";
const PIECES = new RegExp(
  [
    "(?<comment>#[^\\n]*)",
    "(?<string>\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)",
    "(?<number>\\b(?:0[xX][\\da-fA-F_]+|\\d[\\d_]*(?:\\.[\\d_]*)?(?:[eE][+-]?\\d+)?)|\\B\\.\\d+)",
    `(?<keyword>\\b(?:${WORDS})\\b)`,
    "(?<name>(?<=\\bdef\\s+)[A-Za-z_]\\w*|\\bself\\b)",
  ].join("|"),
  "g",
);

export function colored(text) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    if (match.index > end) pieces.push(text.slice(end, match.index));
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    pieces.push(element("span", kind, match[0]));
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}
