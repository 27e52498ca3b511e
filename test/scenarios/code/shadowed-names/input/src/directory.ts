interface User {
  id: number;
  email: string;
  name: string;
  city: string;
}

export class Directory {
  private readonly entries: User[] = [];
  readonly user = {
    create: ({ data }: { data: User }) => this.entries.push(data),
  };

  find(email: string): User | undefined {
    return this.entries.find((user) => user.email === email);
  }
}

export function fill(prisma: Directory) {
  prisma.user.create({ data: { id: 1, email: "a@b.c", name: "A", city: "B" } });
}
