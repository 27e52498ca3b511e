import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { Recording } from "./recording.js";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("Recording", Recording);
  },
} satisfies Theme;
