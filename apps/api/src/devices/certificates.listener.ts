import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EdgeResponse } from '#lib/contracts';
import { Database } from '../platform/database.service.js';
import { type EdgeRequestHandler, EdgeRequests } from '../platform/edge-requests.js';
import { SiteAuthorityService } from './site-authority.service.js';

/** Agents renew their certificates over the connection that the old one opened: the broker has checked who asks. */
@Injectable()
export class CertificatesListener implements OnModuleInit {
  constructor(
    private readonly db: Database,
    private readonly requests: EdgeRequests,
    private readonly authority: SiteAuthorityService,
  ) {}

  onModuleInit(): void {
    const renew: EdgeRequestHandler<'certificate.renew'> = {
      op: 'certificate.renew',
      answer: async (source, { correlationId, requestPem }): Promise<EdgeResponse> => {
        const issued = await this.db.transaction((tx) =>
          this.authority.issueForAgent(tx, source, String(requestPem)),
        );
        const { certificatePem, authorityPem } = issued;
        return { correlationId, op: 'certificate.renew', certificatePem, authorityPem };
      },
    };
    this.requests.register(renew);
  }
}
