import { readFileSync } from "node:fs";

export const menu = [
  { title: "Home", path: "/" },
  { title: "About", path: "/about" },
];

export function load(path: string) {
  const content = readFileSync(path, "utf8");
  return { path, content };
}
