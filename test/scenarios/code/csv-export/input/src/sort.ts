const sortable = ["email", "company"];

export function orderBy(name: string) {
  return sortable.includes(name) ? { [name]: "asc" } : { id: "asc" };
}
