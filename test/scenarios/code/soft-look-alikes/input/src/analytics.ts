export function track(event: { title: string; path: string }) {
  return { event: "page_view", title: event.title, path: event.path, at: Date.now() };
}

export const columns = ["title", "path", "referrer"];
