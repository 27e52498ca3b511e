import { withBase } from "vitepress";
import { defineComponent, h, onBeforeUnmount, onMounted, ref } from "vue";
import "asciinema-player/dist/bundle/asciinema-player.css";
import transcript from "../../public/demo.txt?raw";

/** The last part of the story, which says what came of it. */
const outcome = transcript.slice(transcript.search(/^ *4 {2}/m)).replaceAll("\n", "\r\n");

/** The demo as it was recorded, played. Without scripts: what stood on the screen in the end. */
export const Recording = defineComponent({
  setup() {
    const place = ref<HTMLElement>();
    const isPlayed = ref(false);
    let player: { dispose(): void } | undefined;
    onMounted(async () => {
      const { create } = await import("asciinema-player");
      if (place.value === undefined) return;
      isPlayed.value = true;
      player = create(withBase("/demo.cast"), place.value, {
        cols: 100,
        rows: 30,
        fit: "width",
        poster: `data:text/plain,${outcome}`,
        theme: "lockstep",
        terminalFontFamily: "var(--vp-font-family-mono)",
      });
    });
    onBeforeUnmount(() => player?.dispose());
    return () =>
      h("div", { class: "recording" }, [
        h("div", { ref: place }),
        isPlayed.value ? undefined : h("pre", { class: "transcript", tabindex: 0 }, transcript),
      ]);
  },
});
