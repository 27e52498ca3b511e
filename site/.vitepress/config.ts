import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vitepress";
import { headingId, isPage, linkOnSite, onSite } from "../links.js";
import { pagesUnder, repositoryFiles, titleOf } from "../repository.js";
import { folders, type Page, sections } from "../sidebar.js";

// Pages are read where they stand in the repository, so that they stay readable there: nothing is copied.
const root = fileURLToPath(new URL("../..", import.meta.url));
const repository = repositoryFiles(root);
const otherPages = pagesUnder(root, "", { isDeep: false }).filter((file) => !isPage(file));
const unread = ["core", "plugin-*", "examples", "test", "scripts", "packed", "bench-results"];

/** @param open the folder whose pages are listed, "docs/rules/" */
function sidebarOf(open?: string) {
  const linkTo = (file: string) => `/${onSite(file).replace(/(?:^|(?<=\/))index\.md$|\.md$/, "")}`;
  const below = (folder: string) =>
    pagesUnder(root, folder)
      .filter((file) => file !== `${folder}README.md`)
      .map((file) => ({ text: titleOf(root, file), link: linkTo(file) }));
  const item = ({ text, file }: Page) => {
    const folder = file.replace(/README\.md$/, "");
    return { text, link: linkTo(file), ...(folder === open ? { items: below(folder) } : {}) };
  };
  return sections.map(({ text, pages }) => ({
    text,
    collapsed: false,
    items: pages.map(item),
  }));
}

/** Pages become modules that import Vue; from where they stand it would not be found. */
const vueForPages: Plugin = {
  name: "lockstep-vue-for-pages",
  enforce: "pre",
  resolveId(id, importer, options) {
    if (!/^vue(?:\/|$)/.test(id)) return undefined;
    if (options.ssr) return { id, external: true };
    const isOfPage = importer?.split("?")[0]?.endsWith(".md");
    return isOfPage ? this.resolve(id, fileURLToPath(import.meta.url), { ...options, skipSelf: true }) : undefined;
  },
};

/** Where the site stands below its host: `/lockstep/` for pages of the repository. */
const base = process.env.LOCKSTEP_SITE_BASE ?? "/";

export default defineConfig({
  base,
  title: "Lockstep",
  description: "Add a column to a live production table through Prisma or TypeORM without anyone noticing.",
  lang: "en",
  srcDir: root,
  outDir: "dist",
  srcExclude: [...unread.map((folder) => `${folder}/**`), "site/node_modules/**", ...otherPages],
  rewrites: (file) => onSite(file),
  metaChunk: true,
  lastUpdated: false,
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `${base}mark.svg` }]],
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark" },
    anchor: { slugify: headingId },
    toc: { slugify: headingId },
    headers: { slugify: headingId },
    config(md) {
      const fence = md.renderer.rules.fence;
      // "```ts src/users.ts" shows the name of the file in place of the language.
      md.renderer.rules.fence = (tokens, index, ...rest) => {
        const [language = "", file] = (tokens[index]?.info ?? "").split(" ");
        const html = fence?.(tokens, index, ...rest) ?? "";
        return file === undefined
          ? html
          : html.replace(
              `<span class="lang">${language}</span>`,
              `<span class="lang">${md.utils.escapeHtml(file)}</span>`,
            );
      };
      md.core.ruler.push("lockstep-links", ({ tokens, env }) => {
        const from: string = (env.realPath ?? env.path).slice(root.length);
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.type === "link_open" ? token.attrGet("href") : null;
          if (href !== null) token.attrSet("href", linkOnSite(href, from, repository));
        }
      });
    },
  },
  themeConfig: {
    logo: "/mark.svg",
    nav: [
      { text: "First column", link: "/first-column-prisma" },
      { text: "Recipes", link: "/recipes" },
      { text: "Troubleshooting", link: "/troubleshooting" },
      { text: "Commands", link: "/commands" },
    ],
    sidebar: {
      ...Object.fromEntries(
        folders.map((folder) => [`/${onSite(`${folder}README.md`).replace("index.md", "")}`, sidebarOf(folder)]),
      ),
      "/": sidebarOf(),
    },
    outline: [2, 3],
    search: {
      provider: "local",
      options: { _render: (src, env, md) => (isIndexed(env.relativePath) ? md.render(src, env) : "") },
    },
    externalLinkIcon: true,
    socialLinks: [{ icon: "github", link: repository.replace("/blob/main/", "") }],
  },
  vite: {
    publicDir: fileURLToPath(new URL("../public", import.meta.url)),
    plugins: [vueForPages],
    build: { chunkSizeWarningLimit: 5_000 },
  },
});

/** Types of the core would stand before everything else that is found. */
function isIndexed(page: string): boolean {
  return !page.startsWith("api/");
}
