import type { Repository } from "typeorm";
import type { ItemDto } from "./dto";
import { Item } from "./item.entity";

export class ItemsService {
  constructor(private readonly items: Repository<Item>) {}

  async list(): Promise<ItemDto[]> {
    return (await this.items.find()).map((item) => this.toDto(item));
  }

  add(label: string, shelf: string) {
    return this.items.save({ label, quantity: 0, shelf });
  }

  private toDto(item: Item): ItemDto {
    return { id: item.id, label: item.label, quantity: item.quantity, shelf: item.shelf };
  }
}
