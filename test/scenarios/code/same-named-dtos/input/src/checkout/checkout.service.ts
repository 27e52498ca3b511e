import type { Repository } from "typeorm";
import type { ItemDto } from "./dto";
import type { Line } from "./line.entity";

export class CheckoutService {
  constructor(private readonly lines: Repository<Line>) {}

  async list(): Promise<ItemDto[]> {
    return (await this.lines.find()).map((line) => ({
      id: line.id,
      label: line.label,
      quantity: line.quantity,
      price: line.price,
    }));
  }

  add(label: string, price: number) {
    return this.lines.save({ label, quantity: 1, price });
  }
}
