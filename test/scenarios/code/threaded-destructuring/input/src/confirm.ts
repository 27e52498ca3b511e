interface Confirmation {
  guest: string;
  email: string;
  nights: number;
}

export function confirm({ guest, email, nights }: Confirmation): string {
  return `${guest} <${email}>: ${nights} nights`;
}
