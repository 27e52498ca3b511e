export interface EditorState {
  title: string;
  content: string;
  isDirty: boolean;
}

export const empty: EditorState = { title: "", content: "", isDirty: false };

export const reduce = (state: EditorState, patch: Partial<EditorState>): EditorState => ({ ...state, ...patch });
