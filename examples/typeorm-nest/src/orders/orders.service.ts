import { ConflictException, Injectable, NotFoundException } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Repository } from "typeorm";
import { UsersService } from "../users/users.service";
import type { OrderListQuery } from "./dto/order-list.dto";
import type { PlaceOrderDto } from "./dto/place-order.dto";
import { Order, OrderStatus } from "./order.entity";

@Injectable()
export class OrdersService {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    private readonly users: UsersService,
  ) {}

  async place(dto: PlaceOrderDto): Promise<Order> {
    const user = await this.users.get(dto.userId);
    return this.orders.save({ user, userId: user.id, totalCents: dto.totalCents, note: dto.note ?? null });
  }

  async get(id: number): Promise<Order> {
    const order = await this.orders.findOne({ where: { id }, relations: { user: true } });
    if (!order) throw new NotFoundException(`Order ${id} not found`);
    return order;
  }

  list({ after, limit, userId, status }: OrderListQuery): Promise<Order[]> {
    const query = this.orders
      .createQueryBuilder("order")
      .innerJoinAndSelect("order.user", "user")
      .where("order.id > :after", { after })
      .orderBy("order.id")
      .take(limit);
    if (userId !== undefined) query.andWhere("order.userId = :userId", { userId });
    if (status !== undefined) query.andWhere("order.status = :status", { status });
    return query.getMany();
  }

  pay(id: number): Promise<Order> {
    return this.leavePending(id, OrderStatus.Paid);
  }

  cancel(id: number): Promise<Order> {
    return this.leavePending(id, OrderStatus.Cancelled);
  }

  private async leavePending(id: number, status: OrderStatus): Promise<Order> {
    // The condition is part of the UPDATE: read first, and an order could be both paid and cancelled.
    const { affected } = await this.orders
      .createQueryBuilder()
      .update()
      .set({ status })
      .where({ id, status: OrderStatus.Pending })
      .execute();
    const order = await this.get(id);
    if (affected !== 1) throw new ConflictException(`Order ${id} is ${order.status.toLowerCase()} already`);
    return order;
  }
}
