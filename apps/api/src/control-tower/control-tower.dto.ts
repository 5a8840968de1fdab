import { IsIn, IsOptional, IsString, IsUUID, Length } from 'class-validator';

export class StoryQueryDto {
  /** Id of a parcel. */
  @IsOptional()
  @IsUUID()
  parcel?: string;

  /** Id of an order. */
  @IsOptional()
  @IsUUID()
  order?: string;

  /** SSCC, tracking number or order reference, as scanned or typed. */
  @IsOptional()
  @IsString()
  @Length(1, 512)
  code?: string;
}

export class ListExceptionsDto {
  @IsOptional()
  @IsIn(['conveyor', 'packing', 'picking', 'receiving', 'shipping', 'devices', 'supervisor'])
  owner?: string;
}

export class ResolveExceptionDto {
  /** One of the remedies that the exception lists. */
  @IsString()
  @Length(1, 200)
  remedy: string;
}

export class WhatIsQueryDto {
  /** The barcode as scanned. */
  @IsString()
  @Length(1, 512)
  scan: string;
}
