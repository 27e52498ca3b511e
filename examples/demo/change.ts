/** The change of the story: every user gets a handle. */
export const column = "handle";
