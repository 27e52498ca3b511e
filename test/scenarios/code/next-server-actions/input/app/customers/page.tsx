import { fetchCustomers } from "../lib/data";

export default async function Page() {
  const customers = await fetchCustomers();
  return customers.map(({ id, name }) => `${id}: ${name}`).join("\n");
}
