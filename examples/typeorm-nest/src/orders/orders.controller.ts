import { Body, Controller, Get, HttpCode, Param, Post, Query } from "@nestjs/common";
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from "@nestjs/swagger";
import { plainToInstance } from "class-transformer";
import { IdParams, nextAfter } from "../common/page";
import { OrderListQuery } from "./dto/order-list.dto";
import { OrderListResponse, OrderResponse } from "./dto/order-response.dto";
import { PlaceOrderDto } from "./dto/place-order.dto";
import type { Order } from "./order.entity";
import { OrdersService } from "./orders.service";

@ApiTags("orders")
@Controller("orders")
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  @ApiCreatedResponse({ type: OrderResponse })
  async place(@Body() body: PlaceOrderDto): Promise<OrderResponse> {
    return toOrderResponse(await this.orders.place(body));
  }

  @Get()
  @ApiOkResponse({ type: OrderListResponse })
  async list(@Query() query: OrderListQuery): Promise<OrderListResponse> {
    const orders = await this.orders.list(query);
    return { items: orders.map(toOrderResponse), nextAfter: nextAfter(orders, query.limit) };
  }

  @Get(":id")
  @ApiOkResponse({ type: OrderResponse })
  async get(@Param() { id }: IdParams): Promise<OrderResponse> {
    return toOrderResponse(await this.orders.get(id));
  }

  @Post(":id/pay")
  @HttpCode(200)
  @ApiOkResponse({ type: OrderResponse })
  async pay(@Param() { id }: IdParams): Promise<OrderResponse> {
    return toOrderResponse(await this.orders.pay(id));
  }

  @Post(":id/cancel")
  @HttpCode(200)
  @ApiOkResponse({ type: OrderResponse })
  async cancel(@Param() { id }: IdParams): Promise<OrderResponse> {
    return toOrderResponse(await this.orders.cancel(id));
  }
}

function toOrderResponse(order: Order): OrderResponse {
  return plainToInstance(OrderResponse, order, { excludeExtraneousValues: true });
}
