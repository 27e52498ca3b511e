export type CustomerField = {
  id: string;
  name: string;
};

export type CustomersTableType = {
  id: string;
  name: string;
  email: string;
  company: string;
  total_invoices: number;
};
