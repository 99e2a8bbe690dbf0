/* Generated from the gateway's OpenAPI document by `npm run api`; do not edit. */
/* eslint-disable */
export interface paths {
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{login}/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["giveServiceKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{login}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["givePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["openings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/areas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAreas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/areas/geometry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getGeometry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["searchAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["checkAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/base-map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getBaseMap"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/board-views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listBoardViews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/board-views/{view}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["saveBoardView"];
        post?: never;
        delete: operations["dropBoardView"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCalendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["countMatters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/describe/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["describeAsyncAPI"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/describe/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["describeOpenAPI"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/do/{service}/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["doAction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listInstances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMatters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["exportMatters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters/{service}/{kind}/{matter}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getMatter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters/{service}/{kind}/{matter}/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["matterActions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters/{service}/{kind}/{matter}/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["matterDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/matters/{service}/{kind}/{matter}/unmask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["unmask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/measures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMeasures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listNotices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["readNotices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getNoticeSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getPosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/preview/{service}/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["previewAction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/areas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["publicAreas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/areas/geometry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["publicGeometry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/do/{service}/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["publicAction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["publicServices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/services/{service}/blobs/{sha256}/{n}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["publicPutBlobChunk"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/services/{service}/tickets/{action}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["publicUploadTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/services/{service}/x/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["publicRoute"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/brief": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["reportBrief"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/ranking": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["reportRanking"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["reportRates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/trend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["reportTrend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services/{service}/blobs/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getBlob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services/{service}/blobs/{sha256}/{n}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["putBlobChunk"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services/{service}/sheets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["sheets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services/{service}/sheets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["exportSheet"];
        put?: never;
        post: operations["importSheet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services/{service}/sheets/{name}/template": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["sheetTemplate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services/{service}/x/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["serviceRoute"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSession"];
        put?: never;
        post: operations["signIn"];
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["signInRules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["offerSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/second-factor/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["confirmSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["setPageSettings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/units": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getUnits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/view": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getView"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AboutMatter: {
            service: string;
            kind: string;
            id: string;
            number: string;
            title: string;
            due_at: string | null;
        };
        AccountRow: {
            id: string;
            login: string;
            title: components["schemas"]["Text"];
            holder: "person" | "program";
            roles: string[];
            areas: string[];
            units: string[];
            clearance: number;
            closed: boolean;
            credential: boolean;
            must_change: boolean;
            second_factor: boolean;
            needs_factor: boolean;
        };
        AccountView: {
            id: string;
            login: string;
            title: components["schemas"]["Text"];
            roles: string[];
            areas: string[];
            units: string[];
            clearance: number;
            must_change?: boolean;
            must_enrol?: boolean;
            second_factor?: boolean;
            recovery_codes?: number;
        };
        Accounts: {
            total: number;
            accounts: components["schemas"]["AccountRow"][];
        };
        Action: {
            name: string;
            title: components["schemas"]["Text"];
            schema: {
                [key: string]: unknown;
            };
            kind?: string;
            matter_field?: string;
            opens?: string;
            roles?: string[];
            tone?: "primary" | "normal" | "danger";
            icon?: string;
            preview?: string;
            public?: boolean;
            surfaces?: ("board" | "matter" | "phone" | "map")[];
            order?: number;
            help?: components["schemas"]["Text"] | null;
        };
        ActionOffer: {
            service: string;
            action: string;
            title: components["schemas"]["Text"];
            tone: "primary" | "normal" | "danger";
            prefill?: {
                [key: string]: unknown;
            };
            fixed?: string[];
            note?: components["schemas"]["Text"] | null;
            order?: number;
        };
        ActionOffers: {
            offers: components["schemas"]["ActionOffer"][];
            absent: boolean;
            absent_services?: string[];
        };
        Area: {
            code: string;
            parent: string;
            title: components["schemas"]["Text"];
            subtype: string;
            level: "street" | "community" | "grid";
            geometry?: string;
            attributes?: {
                [key: string]: string;
            };
        };
        AreaCount: {
            area: string;
            level: "street" | "community" | "grid";
            open: number;
            soon: number;
            late: number;
            opened_today: number;
            closed_today: number;
        };
        AreaValue: {
            area: string;
            value: number | null;
            numerator?: number | null;
            denominator?: number | null;
        };
        Areas: {
            areas: components["schemas"]["Area"][];
            geometry: string;
        };
        Asked: {
            name: string;
            title: components["schemas"]["Text"];
            kind?: "text" | "number" | "date" | "bool" | "choice" | "code" | "area" | "lon" | "lat" | "words";
            place?: "path" | "query";
            required?: boolean;
            choices?: string[];
        };
        AuditCheck: {
            service: string;
            checked: components["schemas"]["AuditChecked"] | null;
        };
        AuditChecked: {
            sound: boolean;
            chains: number;
            rows: number;
            faults: components["schemas"]["AuditFaultView"][];
            sealed?: string | null;
        };
        AuditChecks: {
            services: components["schemas"]["AuditCheck"][];
        };
        AuditFaultView: {
            chain: string;
            n: number;
            reason: string;
        };
        AuditRowView: {
            service: string;
            row: components["schemas"]["AuditView"];
            login?: string;
            title?: components["schemas"]["Text"] | null;
        };
        AuditRows: {
            rows: components["schemas"]["AuditRowView"][];
            next: string;
            absent: string[];
        };
        AuditView: {
            at: string;
            actor: string;
            command: string;
            allowed: boolean;
            rule: string;
            matter: string;
            event: string;
            detail: {
                [key: string]: unknown;
            };
            chain: string;
            n: number;
        };
        Bar: {
            id: string;
            title: components["schemas"]["Text"] | string;
            start?: string | null;
            end?: string | null;
            due?: string | null;
            status?: string;
            group?: string;
            unit?: string;
            depends?: string[];
            late?: boolean;
            critical?: boolean;
            matter?: components["schemas"]["MatterPointer"] | null;
        };
        BlobRef: {
            sha256: string;
            size: number;
            media_type: string;
        };
        BoardView: {
            id: string;
            name: string;
            query: {
                [key: string]: string;
            };
            role: string;
            own: boolean;
            saved_at: string;
        };
        BoardViews: {
            views: components["schemas"]["BoardView"][];
        };
        CalendarEntry: {
            id: string;
            title: components["schemas"]["Text"] | string;
            starts_at: string;
            ends_at?: string | null;
            area?: string;
            units?: string[];
            status?: string;
            matter?: components["schemas"]["MatterPointer"] | null;
        };
        CalendarInForce: {
            version: string;
            published: number[];
        };
        CalendarPanel: {
            entries: components["schemas"]["CalendarEntry"][];
            as_of: string;
        };
        Category: {
            id: string;
            title: components["schemas"]["Text"];
            group?: string;
        };
        CategoryCount: {
            category: string;
            open: number;
            opened: number;
        };
        ChannelFailure: {
            channel: "wecom" | "dingtalk" | "feishu" | "mail";
            error: string;
            error_title: components["schemas"]["Text"] | null;
            again_at: string | null;
        };
        ChannelView: {
            kind: "wecom" | "dingtalk" | "feishu" | "mail";
            title: components["schemas"]["Text"];
            hint: components["schemas"]["Text"];
            offered: boolean;
            set: boolean;
            masked?: string;
            signed?: boolean;
            last_state?: "QUEUED" | "SENT" | "FAILED" | "GIVEN_UP" | "DISCARDED" | null;
            last_at?: string | null;
            last_error?: string;
            last_error_title?: components["schemas"]["Text"] | null;
        };
        ClockTick: {
            as_of: string;
            rate: number;
            build?: string;
        };
        Column: {
            id: string;
            title: components["schemas"]["Text"];
            kind?: "text" | "number" | "percent" | "minutes" | "money" | "date" | "time" | "unit" | "area" | "status" | "matter";
            note?: components["schemas"]["Text"] | null;
        };
        Count: {
            service: string;
            kind: string;
            key: string;
            open: number;
            soon: number;
            late: number;
            total: number;
        };
        Counts: {
            rows: components["schemas"]["Count"][];
            as_of: string;
        };
        DatasetInfo: {
            name: string;
            title: components["schemas"]["Text"];
            subject: "PERSON" | "ENTERPRISE" | "CHARITY" | "PARTY" | "TALENT" | "PLACE" | "SERVICE";
            share: "OPEN" | "CONDITIONAL" | "NOT_SHARED";
            level: "L1" | "L2" | "L3" | "L4";
            cycle: components["schemas"]["Text"];
            columns: components["schemas"]["SheetColumn"][];
            condition?: components["schemas"]["Text"] | null;
            basis?: components["schemas"]["Text"] | null;
            ask?: string;
            fetch?: string;
            grants?: string;
        };
        DayValue: {
            on: string;
            value: number | null;
        };
        DeadLetter: {
            id: string;
            consumer: string;
            does: "projection" | "reaction";
            state: "parked" | "queued" | "discarded";
            source: string;
            event: string;
            position: number;
            type: string;
            matter: string;
            parked_at: string;
            error?: string;
            rule?: string;
            discarded_at?: string | null;
            discarded_by?: string;
            reason?: string;
        };
        DeadLetterPage: {
            total: number;
            letters: components["schemas"]["DeadLetter"][];
        };
        Deliveries: {
            items: components["schemas"]["DeliveryView"][];
            next: string;
            as_of: string;
        };
        DeliveryView: {
            id: string;
            account: string;
            account_title: components["schemas"]["Text"];
            channel: "wecom" | "dingtalk" | "feishu" | "mail";
            channel_title: components["schemas"]["Text"];
            why: "assigned" | "soon" | "overdue" | "changed";
            test: boolean;
            text: components["schemas"]["Text"];
            service: string;
            matter: components["schemas"]["AboutMatter"] | null;
            state: "QUEUED" | "SENT" | "FAILED" | "GIVEN_UP" | "DISCARDED";
            state_title: components["schemas"]["Text"];
            attempts: number;
            error: string;
            error_title: components["schemas"]["Text"] | null;
            queued_at: string;
            due_at: string | null;
            settled_at: string | null;
        };
        Detail: {
            fields?: components["schemas"]["DetailField"][];
            sections?: components["schemas"]["DetailSection"][];
            evidence?: components["schemas"]["BlobRef"][];
            panels?: components["schemas"]["DetailPanel"][];
            personal?: components["schemas"]["PersonalRecord"][];
        };
        DetailField: {
            label: string;
            value: string;
            kind?: "text" | "time" | "unit" | "area" | "key" | "person" | "minutes";
        };
        DetailPanel: {
            title: string;
            kind: "table" | "gantt" | "calendar" | "shapes";
            route: string;
        };
        DetailRow: {
            label: string;
            status?: string;
            unit?: string;
            due_at?: string | null;
            note?: string;
            fields?: components["schemas"]["DetailField"][];
            evidence?: components["schemas"]["BlobRef"][];
        };
        DetailSection: {
            title: string;
            rows: components["schemas"]["DetailRow"][];
        };
        EventType: {
            type: string;
            title: components["schemas"]["Text"];
            schema: {
                [key: string]: unknown;
            };
        };
        Events: {
            items: components["schemas"]["StreamItem"][];
            feed: string;
            as_of: string;
            types?: [
                components["schemas"]["Tick"] | null,
                components["schemas"]["ClockTick"] | null,
                components["schemas"]["Reset"] | null
            ];
        };
        FactorConfirmed: {
            recovery: string[];
        };
        FactorOffer: {
            secret: string;
            address: string;
            image: string;
        };
        GanttPanel: {
            bars: components["schemas"]["Bar"][];
            as_of: string;
        };
        GivenKey: {
            login: string;
            key: string;
        };
        HoursPanel: {
            service: string;
            panel: string;
            kind: string;
            today: number[];
            yesterday: number[];
        };
        InstanceView: {
            service: string;
            instance: string;
            version: string;
            present: boolean;
            since: string;
            last_seen: string;
            head: number;
        };
        Instances: {
            instances: components["schemas"]["InstanceView"][];
        };
        KindInfo: {
            id: string;
            title: components["schemas"]["Text"];
            plural: components["schemas"]["Text"];
            icon?: string;
            statuses?: components["schemas"]["StatusInfo"][];
            unit_statuses?: components["schemas"]["StatusInfo"][];
            categories?: components["schemas"]["Category"][];
            clocks?: components["schemas"]["Category"][];
            order?: number;
        };
        Kpi: {
            service: string;
            panel: string;
            title: components["schemas"]["Text"];
            measure: string;
            rate: string;
            unit: components["schemas"]["Text"];
            value: number | null;
            previous: number | null;
            numerator: number | null;
            denominator: number | null;
            target: number | null;
            better: "up" | "down" | "band" | "none";
            days: number;
            series: components["schemas"]["DayValue"][];
        };
        LimitTable: {
            kind: string;
            title: components["schemas"]["Text"] | null;
            profile: string;
            source: components["schemas"]["Text"];
            soon_fraction: number;
            limits: components["schemas"]["LimitView"][];
        };
        LimitTables: {
            tables: components["schemas"]["LimitTable"][];
        };
        LimitView: {
            name: string;
            value: number;
            unit: string;
            source?: components["schemas"]["Text"] | null;
            confidence?: string;
        };
        LinkView: {
            relation: string;
            direction: "to" | "from";
            source: string;
            service: string;
            kind: string;
            id: string;
            matter: components["schemas"]["Matter"] | null;
        };
        Manifest: {
            service: string;
            version: string;
            title: components["schemas"]["Text"];
            summary: components["schemas"]["Text"];
            icon?: string;
            order?: number;
            kinds?: components["schemas"]["KindInfo"][];
            measures?: components["schemas"]["Measure"][];
            rates?: components["schemas"]["Rate"][];
            panels?: components["schemas"]["Panel"][];
            actions?: components["schemas"]["Action"][];
            routes?: components["schemas"]["Route"][];
            events?: components["schemas"]["EventType"][];
            roles?: components["schemas"]["UnitRole"][];
            sheets?: components["schemas"]["SheetInfo"][];
            datasets?: components["schemas"]["DatasetInfo"][];
            texts?: {
                [key: string]: components["schemas"]["Text"];
            };
        };
        Matter: {
            source: string;
            service: string;
            kind: string;
            id: string;
            number: string;
            version: number;
            title: string;
            category: string;
            status: string;
            open: boolean;
            opened_at: string | null;
            closed_at: string | null;
            due_at: string | null;
            soon_at: string | null;
            due_status: "none" | "running" | "soon" | "late" | "met" | "paused";
            clock: string;
            provisional: boolean;
            limit: string;
            area: string;
            place: components["schemas"]["Place"];
            lead_unit: string;
            units: components["schemas"]["MatterUnit"][];
            flags: string[];
            updated_at: string;
            incomplete?: boolean;
        };
        MatterEdge: {
            relation: string;
            from: number;
            to: number;
        };
        MatterGraph: {
            nodes: components["schemas"]["Matter"][];
            edges: components["schemas"]["MatterEdge"][];
        };
        MatterKey: {
            source: string;
            service: string;
            kind: string;
            id: string;
            number?: string;
            title?: string;
        };
        MatterPage: {
            matter: components["schemas"]["Matter"];
            timeline: components["schemas"]["Step"][];
            links: components["schemas"]["LinkView"][];
            graph: components["schemas"]["MatterGraph"];
            feed: string;
            as_of: string;
        };
        MatterPointer: {
            kind: string;
            id: string;
            number?: string;
        };
        MatterUnit: {
            unit: string;
            role?: string;
            status?: string;
            due_at?: string | null;
            due_status?: "none" | "running" | "soon" | "late" | "met" | "paused";
        };
        Matters: {
            total: number;
            items: components["schemas"]["Matter"][];
            feed: string;
            as_of: string;
        };
        Measure: {
            name: string;
            title: components["schemas"]["Text"];
            kind: "sum" | "gauge";
            unit?: components["schemas"]["Text"];
            dimensions?: string[];
        };
        MeasureRow: {
            service: string;
            name: string;
            area: string | null;
            on: string | null;
            value: number;
        };
        Measures: {
            rows: components["schemas"]["MeasureRow"][];
            as_of: string;
        };
        NoticePage: {
            channels: components["schemas"]["ChannelView"][];
            preferences: components["schemas"]["NoticePreferences"];
        };
        NoticePreferences: {
            language: "zh" | "en";
            assigned: ("wecom" | "dingtalk" | "feishu" | "mail")[];
            soon: ("wecom" | "dingtalk" | "feishu" | "mail")[];
            overdue: ("wecom" | "dingtalk" | "feishu" | "mail")[];
            changed: ("wecom" | "dingtalk" | "feishu" | "mail")[];
            muted: string[];
            quiet_from: string;
            quiet_to: string;
            urgent: ("assigned" | "soon" | "overdue" | "changed")[];
        };
        NoticeView: {
            id: string;
            why: "assigned" | "soon" | "overdue" | "changed";
            text: components["schemas"]["Text"];
            service: string;
            at: string;
            read: boolean;
            matter: components["schemas"]["AboutMatter"] | null;
            failures?: components["schemas"]["ChannelFailure"][];
        };
        Notices: {
            items: components["schemas"]["NoticeView"][];
            unread: number;
            next: string;
            as_of: string;
        };
        Overview: {
            as_of: string;
            feed: string;
            area: string;
            totals: components["schemas"]["Count"];
            kinds: components["schemas"]["Count"][];
            kpis: components["schemas"]["Kpi"][];
            areas: components["schemas"]["AreaCount"][];
            late: components["schemas"]["Matter"][];
            recent: components["schemas"]["Step"][];
            stages: components["schemas"]["StepsPanel"][];
            classes: components["schemas"]["StepsPanel"][];
            hours: components["schemas"]["HoursPanel"][];
            maps: components["schemas"]["ValuesPanel"][];
            rankings: components["schemas"]["ValuesPanel"][];
        };
        PageSettings: {
            language?: "" | "zh" | "en";
            theme?: "" | "light" | "dark" | "system";
            text_size?: "" | "normal" | "large" | "largest";
        };
        Panel: {
            id: string;
            title: components["schemas"]["Text"];
            kind: "kpi" | "stages" | "classes" | "hours" | "map" | "ranking" | "table" | "gantt" | "calendar" | "shapes";
            matter_kind?: string;
            measure?: string;
            rate?: string;
            route?: string;
            surface?: "overview" | "service";
            report?: boolean;
            order?: number;
            roles?: string[];
        };
        Part: {
            measure: string;
            over: boolean;
            value: number;
            base: number | null;
        };
        Period: {
            first: string;
            last: string;
        };
        PersonalRecord: {
            ref: string;
            purpose: string;
            fields: string[];
        };
        Place: {
            name?: string;
            lon?: number | null;
            lat?: number | null;
        };
        Posts: {
            posts: components["schemas"]["Unit"][];
        };
        PublicArea: {
            code: string;
            parent: string;
            level: string;
            title: components["schemas"]["Text"];
        };
        PublicAreas: {
            areas: components["schemas"]["PublicArea"][];
            geometry: string;
        };
        PublicService: {
            service: string;
            title: components["schemas"]["Text"];
            summary: components["schemas"]["Text"];
            present: boolean;
            routes: components["schemas"]["Route"][];
            actions: components["schemas"]["Action"][];
            panels?: components["schemas"]["Panel"][];
            texts?: {
                [key: string]: components["schemas"]["Text"];
            };
        };
        PublicServices: {
            scope: string;
            services: components["schemas"]["PublicService"][];
        };
        RankLine: {
            key: string;
            now: components["schemas"]["Side"];
            base: components["schemas"]["Side"] | null;
            parts: components["schemas"]["Part"][];
        };
        Ranking: {
            service: string;
            rate: string;
            by: string;
            whole: components["schemas"]["RankLine"];
            rows: components["schemas"]["RankLine"][];
            as_of: string;
        };
        Rate: {
            name: string;
            title: components["schemas"]["Text"];
            numerator: string[];
            denominator: string[];
            cohort: components["schemas"]["Text"];
            target?: number | null;
            better?: "up" | "down" | "band" | "none";
            per?: number;
            band?: [
                number,
                number
            ] | null;
        };
        RateLine: {
            service: string;
            rate: string;
            now: components["schemas"]["Side"];
            base: components["schemas"]["Side"] | null;
            dimensions: string[];
        };
        RateReport: {
            period: components["schemas"]["Period"];
            base: components["schemas"]["Period"] | null;
            rows: components["schemas"]["RateLine"][];
            as_of: string;
        };
        RateRow: {
            service: string;
            rate: string;
            area: string | null;
            on: string | null;
            numerator: number;
            denominator: number;
            value: number | null;
        };
        Rates: {
            rows: components["schemas"]["RateRow"][];
            as_of: string;
        };
        Readiness: {
            status: string;
            epoch: string;
            position: number;
            bus: boolean;
            audit_waiting: number;
        };
        RebuildJob: {
            id: string;
            projection: string;
            state: "running" | "done" | "failed" | "interrupted";
            account: string;
            started_at: string;
            ended_at: string | null;
            events: number;
            total: number;
            fault?: string;
        };
        RebuildPage: {
            projections: string[];
            rebuilds: components["schemas"]["RebuildJob"][];
        };
        RegistryChange: {
            kinds: string[];
            geometry: boolean;
        };
        Reset: {
            feed: string;
            as_of: string;
        };
        Route: {
            path: string;
            title: components["schemas"]["Text"];
            public?: boolean;
            asked?: components["schemas"]["Asked"][];
        };
        RowProblem: {
            field: string;
            code: string;
            message: string;
            message_en: string;
            row: number;
            column?: string;
            title?: components["schemas"]["Text"] | null;
            value?: string;
        };
        ServiceView: {
            service: string;
            scope: string;
            source: string;
            title: components["schemas"]["Text"];
            version: string;
            state: "present" | "behind" | "absent";
            lag: number;
            head: number;
            since: string;
            scope_title?: components["schemas"]["Text"] | null;
            manifest_hash?: string;
            manifest?: components["schemas"]["Manifest"] | null;
        };
        Session: {
            account: components["schemas"]["AccountView"];
            role_titles: components["schemas"]["Text"][];
            csrf: string;
            scope: string;
            scope_title: components["schemas"]["Text"];
            expires_at: string;
            ends_at: string;
            as_of: string;
            settings?: components["schemas"]["PageSettings"];
        };
        Shape: {
            id: string;
            title: components["schemas"]["Text"];
            geometry: {
                [key: string]: unknown;
            };
            tone?: "normal" | "good" | "warning" | "bad";
            value?: number | null;
        };
        ShapesPanel: {
            shapes: components["schemas"]["Shape"][];
            as_of: string;
            note?: components["schemas"]["Text"] | null;
        };
        SheetColumn: {
            id: string;
            title: components["schemas"]["Text"];
            kind?: "text" | "int" | "fen" | "date" | "choice" | "bool" | "code";
            required?: boolean;
            personal?: boolean;
            note?: components["schemas"]["Text"] | null;
            choices?: {
                [key: string]: components["schemas"]["Text"];
            };
        };
        SheetImported: {
            sheet: string;
            dry_run: boolean;
            rows: number;
            new: number;
            changed: number;
            unchanged: number;
            source: string;
            epoch: string;
            position: number;
            report?: components["schemas"]["BlobRef"] | null;
        };
        SheetInfo: {
            name: string;
            title: components["schemas"]["Text"];
            note?: components["schemas"]["Text"] | null;
            columns: components["schemas"]["SheetColumn"][];
            export?: boolean;
            imports?: boolean;
            export_roles?: string[];
            import_roles?: string[];
            filters?: string[];
            most_rows?: number;
        };
        SheetProblem: {
            type: string;
            title: string;
            title_en: string;
            status: number;
            detail?: string;
            rule?: string;
            state?: string | null;
            event?: string | null;
            errors?: components["schemas"]["RowProblem"][];
            instance?: string;
            sheet?: string;
            rows?: number;
            wrong_rows?: number;
            error_count?: number;
            report?: components["schemas"]["BlobRef"] | null;
        };
        Sheets: {
            sheets: components["schemas"]["SheetInfo"][];
        };
        Side: {
            numerator: number;
            denominator: number;
            value: number | null;
        };
        SignInRules: {
            second_factor: boolean;
            synthetic: boolean;
            idle_minutes: number;
            hours: number;
        };
        StatusCount: {
            status: string;
            count: number;
            late: number;
        };
        StatusInfo: {
            id: string;
            title: components["schemas"]["Text"];
            open: boolean;
            tone?: "idle" | "waiting" | "active" | "checking" | "done" | "stopped";
            order?: number;
        };
        Step: {
            id: string;
            source: string;
            service: string;
            position: number;
            time: string;
            type: string;
            move: string;
            unit: string;
            detail: string;
            params: {
                [key: string]: string;
            };
            area: string;
            matter: components["schemas"]["MatterKey"];
        };
        StepsPanel: {
            service: string;
            panel: string;
            kind: string;
            stages?: components["schemas"]["StatusCount"][];
            classes?: components["schemas"]["CategoryCount"][];
        };
        StreamItem: {
            feed: string;
            matter?: components["schemas"]["Matter"] | null;
            step?: components["schemas"]["Step"] | null;
            service?: components["schemas"]["ServiceView"] | null;
            registry?: components["schemas"]["RegistryChange"] | null;
        };
        TablePanel: {
            columns: components["schemas"]["Column"][];
            rows: {
                [key: string]: unknown;
            }[];
            as_of: string;
            note?: components["schemas"]["Text"] | null;
        };
        Text: {
            zh: string;
            en: string;
        };
        Tick: {
            as_of: string;
            feed: string;
        };
        Trend: {
            service: string;
            rate: string;
            days: components["schemas"]["TrendDay"][];
        };
        TrendDay: {
            on: string;
            numerator: number;
            denominator: number;
        };
        Unit: {
            code: string;
            parent: string;
            title: components["schemas"]["Text"];
            subtype: string;
            attributes?: {
                [key: string]: string;
            };
        };
        UnitRole: {
            id: string;
            title: components["schemas"]["Text"];
        };
        Units: {
            units: components["schemas"]["Unit"][];
        };
        Unread: {
            unread: number;
        };
        UploadTicket: {
            ticket: string;
            expires_in_s?: number;
            most_files?: number;
            most_bytes?: number;
            media_types?: string[];
        };
        ValuesPanel: {
            service: string;
            panel: string;
            measure: string;
            rate: string;
            rows: components["schemas"]["AreaValue"][];
        };
        View: {
            scope: string;
            scope_title: components["schemas"]["Text"];
            synthetic: boolean;
            services: components["schemas"]["ServiceView"][];
            base_map: string | null;
            as_of: string;
            rate: number;
        };
        WorkingTime: {
            version: string;
            published: number[];
            off: string[];
            make_up: string[];
            sessions: [
                number,
                number
            ][];
        };
        "shuniu.Answer": {
            source: string;
            epoch: string;
            position: number;
            matter?: components["schemas"]["shuniu.MatterRef"] | null;
            answer?: Record<string, never>;
        };
        "shuniu.FieldProblem": {
            field: string;
            code: string;
            message: string;
            message_en: string;
        };
        "shuniu.MatterRef": {
            kind: string;
            id: string;
            number: string;
        };
        "shuniu.Problem": {
            type: string;
            title: string;
            title_en: string;
            status: number;
            detail?: string;
            rule?: string;
            state?: string | null;
            event?: string | null;
            errors?: components["schemas"]["shuniu.FieldProblem"][];
            instance?: string;
        };
    };
    responses: {
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["shuniu.Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAccounts: {
        parameters: {
            query?: {
                q?: string;
                role?: string;
                show?: "live" | "closed" | "all";
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accounts"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    giveServiceKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GivenKey"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    givePassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    openings: {
        parameters: {
            query?: {
                area?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionOffers"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getAreas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Areas"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getGeometry: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    searchAudit: {
        parameters: {
            query?: {
                service?: string;
                account?: string;
                command?: string;
                matter?: string;
                allowed?: boolean | null;
                since?: string | null;
                until?: string | null;
                after?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditRows"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    checkAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditChecks"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    exportAudit: {
        parameters: {
            query?: {
                service?: string;
                account?: string;
                command?: string;
                matter?: string;
                allowed?: boolean | null;
                since?: string | null;
                until?: string | null;
                format?: "xlsx" | "csv";
                lang?: "zh" | "en";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getBaseMap: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listBoardViews: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BoardViews"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    saveBoardView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                view: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    dropBoardView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                view: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    getCalendar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkingTime"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    countMatters: {
        parameters: {
            query: {
                by: "status" | "category" | "due" | "area" | "kind" | "hour";
                kind?: string;
                area?: string;
                unit?: string;
                open?: boolean | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Counts"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                state?: "failed" | "queued" | "sent" | "discarded" | "all";
                limit?: number;
                before?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deliveries"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    describeAsyncAPI: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    describeOpenAPI: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    doAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                limit?: number;
                area?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Events"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listInstances: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instances"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listMatters: {
        parameters: {
            query?: {
                kind?: string;
                status?: string;
                category?: string;
                service?: string;
                due?: string;
                open?: boolean | null;
                area?: string;
                unit?: string;
                q?: string;
                sort?: "due" | "-due" | "opened" | "-opened" | "updated" | "-updated" | "number" | "-number";
                limit?: number;
                offset?: number;
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Matters"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    exportMatters: {
        parameters: {
            query?: {
                kind?: string;
                status?: string;
                category?: string;
                service?: string;
                due?: string;
                open?: boolean | null;
                area?: string;
                unit?: string;
                q?: string;
                sort?: "due" | "-due" | "opened" | "-opened" | "updated" | "-updated" | "number" | "-number";
                format?: "xlsx" | "csv";
                lang?: "zh" | "en";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getMatter: {
        parameters: {
            query?: {
                after?: string;
            };
            header?: never;
            path: {
                service: string;
                kind: string;
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MatterPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    matterActions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                kind: string;
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    matterDetail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                kind: string;
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    unmask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                kind: string;
                matter: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listMeasures: {
        parameters: {
            query?: {
                name?: string;
                area?: string;
                from?: string | null;
                to?: string | null;
                by?: "" | "none" | "area" | "day" | "area,day";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Measures"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listNotices: {
        parameters: {
            query?: {
                unread?: boolean;
                limit?: number;
                before?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notices"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    readNotices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unread"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getNoticeSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoticePage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getOverview: {
        parameters: {
            query?: {
                area?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getPosts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Posts"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    previewAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    publicAreas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicAreas"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    publicGeometry: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    publicAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    publicServices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicServices"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    publicPutBlobChunk: {
        parameters: {
            query: {
                of: number;
            };
            header?: never;
            path: {
                service: string;
                sha256: string;
                n: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    publicUploadTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                action: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadTicket"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    publicRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listRates: {
        parameters: {
            query?: {
                area?: string;
                from?: string | null;
                to?: string | null;
                by?: "none" | "area" | "day";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rates"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    reportBrief: {
        parameters: {
            query?: {
                period?: "day" | "week" | "month" | "custom";
                on?: string | null;
                from?: string | null;
                to?: string | null;
                base_from?: string | null;
                base_to?: string | null;
                compare?: boolean;
                format?: string;
                lang?: "zh" | "en";
                area?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    reportRanking: {
        parameters: {
            query: {
                service: string;
                rate: string;
                by: string;
                from: string;
                to: string;
                base_from?: string | null;
                base_to?: string | null;
                area?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ranking"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    reportRates: {
        parameters: {
            query: {
                from: string;
                to: string;
                base_from?: string | null;
                base_to?: string | null;
                area?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RateReport"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    reportTrend: {
        parameters: {
            query: {
                service: string;
                rate: string;
                from: string;
                to: string;
                area?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trend"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getBlob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    putBlobChunk: {
        parameters: {
            query: {
                of: number;
            };
            header?: never;
            path: {
                service: string;
                sha256: string;
                n: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    sheets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sheets"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    exportSheet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    importSheet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SheetImported"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    sheetTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    serviceRoute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                service: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TablePanel"] | components["schemas"]["GanttPanel"] | components["schemas"]["CalendarPanel"] | components["schemas"]["ShapesPanel"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    signInRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInRules"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    offerSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FactorOffer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    confirmSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FactorConfirmed"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    setPageSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageSettings"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getUnits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Units"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getView: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
