import type { Cat } from "@prisma/client";

export class CatEntity implements Cat {
  id!: number;
  name!: string;
  color!: string;
  age!: number;

  constructor(partial: Partial<CatEntity>) {
    Object.assign(this, partial);
  }
}

export class KnownCat implements Omit<Cat, "age"> {
  readonly id: number;
  readonly name: string;
  readonly color: string;

  constructor(cat: Cat) {
    this.id = cat.id;
    this.name = cat.name;
    this.color = cat.color;
  }
}

export class GivenCat implements Cat {
  constructor(
    readonly id: number,
    readonly name: string,
    readonly color: string,
    readonly age: number,
  ) {}
}

export const given = new GivenCat(1, "Tom", "grey", 3);
