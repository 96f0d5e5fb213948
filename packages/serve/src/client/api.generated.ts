// Generated of openapi.json by scripts/generate.ts.
export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether this process answers */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics of host and service for Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests are taken: 503 while the service ends, or when its host has stopped */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/active-leaves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Drop backing jobs whose scheduling parent is in no active fork */
        post: operations["updateActiveLeaves"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prepared PVFs in the cache directory, the most recently used first */
        get: operations["listArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/prune": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove artifacts, least recently used first */
        post: operations["pruneArtifacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cluster": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the cluster is doing that this service watches: agents, rates, backlog, failures
         * @description What its servers and agents say, a few seconds old at most. 404 without a cluster (`cluster` of the status tells it), 503 while it cannot be read; `meta.reason` says why.
         */
        get: operations["cluster"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which code is there */
        get: operations["listCode"];
        put?: never;
        /**
         * Take a PVF’s code in, as on chain; its hash is what later requests name
         * @description Code that is there already is not stored again. It stays until others need the room, or the service ends.
         */
        post: operations["uploadCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/code/{codeHash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a code is there */
        get: operations["getCode"];
        /** The same with the hash that it must have */
        put: operations["putCode"];
        post?: never;
        /** Forget a code; what uses it goes on */
        delete: operations["deleteCode"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/code/{codeHash}/inspection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Imports and warnings, as `pvf precheck` and `pvf inspect` tell them */
        get: operations["inspectCode"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Outcomes and what else happens, as server-sent events
         * @description With the header `last-event-id` (or the parameter `after`, which browsers can set) everything after it comes first; what is not kept any more is told as a `gap`. Without either, the stream begins now.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forget that PVFs could not be prepared, so that the next request tries again */
        delete: operations["forgetFailures"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/heads-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prepare PVFs that will be needed soon */
        post: operations["headsUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/outcomes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last outcomes that are kept */
        get: operations["outcomes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/outcomes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them */
        get: operations["outcome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/prechecks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Whether a PVF can be prepared within the limits of prechecking
         * @description Answers with the outcome, or with `accept: text/event-stream` with `progress` events and, last, an `outcome`. Closing the connection takes the request back.
         */
        post: operations["precheck"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Histograms of latency, CPU time and sizes; outcomes by the minute */
        get: operations["statistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Queues, workers, jobs, cache, isolation, limits: a snapshot */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/validations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Execute a candidate; with its receipt, say how to vote
         * @description Answers with the outcome, or with `accept: text/event-stream` with `progress` events and, last, an `outcome`. Closing the connection takes the request back.
         */
        post: operations["validate"];
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
        /** @description A change of the relay chain’s leaves, as the node’s overseer reports it. */
        ActiveLeaves: {
            activated?: {
                ancestors?: components["schemas"]["Hash"][];
                hash: components["schemas"]["Hash"];
            };
            deactivated?: components["schemas"]["Hash"][];
        };
        /** @description A prepared PVF in the cache directory. */
        Artifact: {
            /** @description Of the file. */
            bytes: number;
            codeHash: components["schemas"]["Hash"];
            /** @description Identity of the engine that compiled it, hexadecimal. */
            engine: string;
            prepHash: components["schemas"]["Hash"];
            /** Format: date-time */
            usedAt: string;
        };
        ArtifactInfo: {
            codeHash: components["schemas"]["Hash"];
            fromCache: boolean;
            prepHash: components["schemas"]["Hash"];
            /** @description Of the file, bytes. */
            size: number;
            /** @description Of its preparation; as PreparationStats. */
            stats?: {
                [key: string]: number;
            };
        };
        ArtifactPreparedEvent: {
            /** Format: date-time */
            at: string;
            codeHash: components["schemas"]["Hash"];
            prepHash: components["schemas"]["Hash"];
            /** @description Of its file. */
            sizeBytes: number;
        };
        Artifacts: {
            artifacts: components["schemas"]["Artifact"][];
            /** @description Together. */
            bytes: number;
            cacheDir: string;
        };
        /** @description What the relay chain says at the scheduling parent; null says that it could not be asked. Required for backing with a receipt, and for nothing else. */
        ChainAnswers: {
            ancestorRelayParentInfo: ("found" | "missing" | "not-supported") | null;
            claimQueue: components["schemas"]["ClaimQueue"] | null;
            sessionIndexForChild: components["schemas"]["U32"] | null;
        };
        /** @description ParachainHost_claim_queue: decoded, or the SCALE bytes that a node answers. */
        ClaimQueue: {
            core: components["schemas"]["U32"];
            paras: components["schemas"]["U32"][];
        }[] | components["schemas"]["HexBytes"];
        /** @description What the cluster that this service watches is doing. */
        Cluster: {
            agents: {
                /** @description The first of them, by name. */
                list: components["schemas"]["ClusterAgent"][];
                /** @description Those that are there. */
                total: number;
            };
            /**
             * Format: date-time
             * @description When it was read.
             */
            at: string;
            dead: {
                /** @description The newest first: run, index, replica. */
                newest: string[];
                /** @description Jobs that no agent could answer. */
                total: number;
            };
            /** @description Jobs that agents have. */
            leased: number;
            /** @description Results of the agents together, a second. */
            rate: number;
            /** @description That nobody has fetched yet. */
            results: number;
            runs: {
                /** @description The newest first. */
                list: components["schemas"]["ClusterRun"][];
                /** @description Those that are not over. */
                total: number;
            };
            server: {
                cluster?: string;
                version: string;
            };
            /** @description Streams and buckets on the servers. */
            stores: {
                /** @description That are used. */
                bytes: number;
                /** @description Bytes that may be used; not there if nothing limits them. */
                limit?: number;
                name: string;
            }[];
            /** @description Jobs that no agent has. */
            waiting: number;
        };
        /** @description What an agent says of itself. */
        ClusterAgent: {
            cpu: string;
            /** @description Since its start. */
            done: number;
            /** @description Jobs that a fault of its machine ended, since its start. */
            failed: number;
            id: string;
            /** @description Why it takes nothing at the moment. */
            paused?: string;
            /** @description Results a second, over the last half minute. */
            rate: number;
            /** @description Jobs now. */
            running: number;
            /** @description Jobs that it does at once. */
            slots: number;
            version: string;
        };
        /** @description What is asked under one name. */
        ClusterRun: {
            /** @description Without a result yet; not there while the queue is too long to be counted by run. */
            jobs?: number;
            name: string;
            /** @description Answers to each candidate. */
            redundancy: number;
            /** @description open or cancelled. */
            state: string;
            /** @description Of the agents that work for it. */
            version: string;
        };
        /** @description Server-sent events (text/event-stream): `id`, `event` and `data` lines, the data one line of JSON. The README of @pvf/serve says which events there are; their schemas have the names of the events. */
        EventStream: string;
        /** @description Why and how much, for people; decides nothing. */
        ExecutionDetail: {
            /** @description The innermost call first. */
            backtrace: components["schemas"]["GuestFrame"][];
            /** @description What may be used. */
            limits: {
                codeBytes?: number;
                cpuTimeMs?: number;
                memoryBytes?: number;
                povBytes?: number;
                residentBytes?: number;
                wallTimeMs?: number;
            };
            logs: components["schemas"]["GuestLogLine"][];
            /** @description Lines that are missing in logs. */
            logsLeftOut: number;
            /** @description Of the guest: text from the PVF. */
            panic?: string;
            /** @description What nobody can tell is missing. */
            used: {
                codeBytes?: number;
                cpuTimeMs?: number;
                memoryBytes?: number;
                povBytes?: number;
                residentBytes?: number;
                wallTimeMs?: number;
            };
        };
        /**
         * @description Why a candidate is executed. Decides its place in the queue, its time limit and whether a doubt is tried again.
         * @enum {string}
         */
        ExecutionKind: "dispute" | "approval" | "backing-system" | "backing";
        /** @description As chain tools print it. Pages of 64 KiB, values, bytes, milliseconds. */
        ExecutorParam: {
            MaxMemoryPages: components["schemas"]["U32"];
        } | {
            StackLogicalMax: components["schemas"]["U32"];
        } | {
            StackNativeMax: components["schemas"]["U32"];
        } | {
            /** @description A 64-bit number; as decimal text if a JSON number cannot hold it. */
            PrecheckingMaxMemory: number | string;
        } | {
            PvfPrepTimeout: [
                "Precheck" | "Prepare",
                number | string
            ];
        } | {
            PvfExecTimeout: [
                "Backing" | "Approval",
                number | string
            ];
        } | {
            /** @enum {string} */
            EnabledHostFunction: "EccRfc163";
        } | "WasmExtBulkMemory";
        /** @description Those of the session, in order: as chain tools print them, or their SCALE bytes. [] says that the chain has set none. */
        ExecutorParams: components["schemas"]["ExecutorParam"][] | components["schemas"]["HexBytes"];
        GapEvent: {
            /** @description Events that are lost; missing where nobody can tell. */
            missed?: number;
            /**
             * @description restarted: the Last-Event-ID is of another run of the service. too-old: it is no longer kept. What is kept follows.
             * @enum {string}
             */
            reason: "restarted" | "too-old";
        };
        GuestFrame: {
            /** @description In the function index space of the module. */
            index?: number;
            /** @description As the module names it: text from the PVF. */
            name?: string;
            /** @enum {string} */
            type: "function" | "host-function";
        };
        /** @description Text from the PVF: bounded, without control characters. */
        GuestLogLine: {
            /** @enum {string} */
            level: "error" | "warn" | "info" | "debug" | "trace";
            message: string;
            target: string;
        };
        /** @description 32 bytes, hexadecimal with 0x. */
        Hash: string;
        /** @description PVFs that will be needed soon. */
        HeadsUpRequest: {
            pvfs: {
                codeHash: components["schemas"]["Hash"];
                executorParams: components["schemas"]["ExecutorParams"];
                /** @description Largest decompressed code, bytes: ParachainHost_validation_code_bomb_limit. */
                validationCodeBombLimit: number;
            }[];
        };
        /** @description Bytes, hexadecimal with 0x. */
        HexBytes: string;
        Histogram: {
            /** @description Ascending; what is larger than the last one is the total count less that one’s. */
            buckets: {
                /** @description Cumulative. */
                count: number;
                le: number;
            }[];
            /** @description Observations. */
            count: number;
            help: string;
            labels: {
                [key: string]: string;
            };
            /** @description Default limits to compare with, in the unit; executor params may set others. */
            limits: {
                name: string;
                value: number;
            }[];
            /** @description Of the metric. */
            name: string;
            sum: number;
            /** @enum {string} */
            unit: "seconds" | "bytes" | "KiB";
        };
        Inspection: {
            /** @description Imports with their class, exports, features, sizes, as `pvf inspect --json` tells them. */
            report?: {
                [key: string]: unknown;
            };
            /** @description What makes the PVF useless although a precheck accepts it, or soon will. Holds names from the PVF. */
            warnings: string[];
        };
        /** @description A layer of isolation, as probed at start. */
        Layer: {
            available: boolean;
            /** @enum {string} */
            name: "landlock" | "seccomp" | "changeRoot" | "secureClone" | "cgroup";
            /** @description Why it is not available. */
            reason?: string;
            /** @description What to change, by place: shell, docker, kubernetes, systemd, sysctl, apparmor. */
            remedies?: {
                [key: string]: string;
            };
            /** @description For people. */
            words: string;
        };
        OutcomeRecord: {
            /** Format: date-time */
            at: string;
            /** @description Of this event; what Last-Event-ID takes. */
            id: string;
            /** @description A PrecheckOutcome or ValidationOutcome without result, resultBytes and the artifact’s stats: what the PVF returned is only for whoever asked. */
            outcome: {
                detail: {
                    [key: string]: unknown;
                };
                kind: string;
                /** @description For people. May hold text from the PVF. */
                message?: string;
                vote: components["schemas"]["Vote"];
            } & {
                [key: string]: unknown;
            };
            /** @enum {string} */
            request: "precheck" | "dispute" | "approval" | "backing-system" | "backing";
        };
        PrecheckOutcome: {
            artifact: components["schemas"]["ArtifactInfo"];
            codeHash?: components["schemas"]["Hash"];
            detail: components["schemas"]["PreparationDetail"];
            /** @enum {string} */
            kind: "ok";
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "for";
        } | {
            codeHash?: components["schemas"]["Hash"];
            detail: components["schemas"]["PreparationDetail"];
            deterministic: boolean;
            error: components["schemas"]["PrepareError"];
            /** @enum {string} */
            kind: "failed";
            /** @description For people. May hold text from the PVF. */
            message: string;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "against";
        } | {
            /** @enum {string} */
            cause: "host-communication" | "could-not-create-link" | "could-not-open-file" | "could-not-create-pipe" | "could-not-clear-worker-dir" | "kernel" | "non-deterministic-preparation" | "worker-not-started" | "workers-replaced" | "host-fault";
            codeHash?: components["schemas"]["Hash"];
            detail: components["schemas"]["PreparationDetail"];
            /** @enum {string} */
            kind: "internal";
            /** @description For people. May hold text from the PVF. */
            message: string;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "abstain";
        } | {
            /** @enum {string} */
            cause: "caller-deadline";
            codeHash?: components["schemas"]["Hash"];
            detail: components["schemas"]["PreparationDetail"];
            /** @enum {string} */
            kind: "deadline-passed";
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "none";
        } | {
            /** @enum {string} */
            cause: "caller" | "host-closed";
            codeHash?: components["schemas"]["Hash"];
            detail: components["schemas"]["PreparationDetail"];
            /** @enum {string} */
            kind: "cancelled";
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "none" | "abstain";
        };
        PrecheckRequest: {
            codeHash: components["schemas"]["Hash"];
            /** @description Milliseconds from the request until its outcome is of no use; counts everything. */
            deadlineMs?: number;
            executorParams: components["schemas"]["ExecutorParams"];
            /** @description Largest decompressed code, bytes: ParachainHost_validation_code_bomb_limit. */
            validationCodeBombLimit: number;
        };
        PreparationDetail: {
            /** @description memoryBytes: only if params set it. */
            limits: {
                codeBytes?: number;
                cpuTimeMs?: number;
                memoryBytes?: number;
                wallTimeMs?: number;
            };
            /** @description What nobody can tell is missing. */
            used: {
                codeBytes?: number;
                cpuTimeMs?: number;
                memoryBytes?: number;
                wallTimeMs?: number;
            };
        };
        PrepareError: {
            /** @description As the host’s PrepareError: Prevalidation, TimedOut, OutOfMemory … */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /** @description RFC 9457 problem details. A problem is never a vote: whoever gets one in place of an outcome abstains or asks again. */
        Problem: {
            /**
             * @description For programs.
             * @enum {string}
             */
            code: "INVALID_REQUEST" | "HOST_CLOSED" | "BAD_JSON" | "BAD_MULTIPART" | "BODY_TOO_LARGE" | "BODY_TOO_SLOW" | "BODY_CUT" | "UNSUPPORTED_MEDIA_TYPE" | "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "CODE_NOT_FOUND" | "CODE_HASH_DIFFERS" | "TOKEN_MISSING" | "TOKEN_WRONG" | "HOST_NOT_ALLOWED" | "ORIGIN_NOT_ALLOWED" | "TOO_MANY_REQUESTS" | "TOO_MANY_STREAMS" | "BUSY" | "SHUTTING_DOWN" | "BAD_HTTP" | "INSPECTION_FAILED" | "NO_CLUSTER" | "CLUSTER_UNAVAILABLE" | "DEFECT";
            /** @description Cause and remedy, for people. */
            detail: string;
            /** @description With INVALID_REQUEST: each field that is wrong, as a JSON pointer into the request. */
            errors?: {
                message: string;
                path: string;
            }[];
            /** @description urn:pvf:request: and the id of this request, as in the log. */
            instance: string;
            /** @description Data that belong to the code. */
            meta?: {
                [key: string]: unknown;
            };
            status: number;
            /** @description The same for each problem with this code. */
            title: string;
            /** @description urn:pvf:problem: and the code in lower case. */
            type: string;
        };
        ProgressEvent: {
            /** @description Until it is tried again. */
            afterMs?: number;
            /** @description From 1. */
            attempt?: number;
            cause?: string;
            codeHash?: components["schemas"]["Hash"];
            fromCache?: boolean;
            shared?: boolean;
            /** @enum {string} */
            type: "waiting" | "hashed" | "preparation-queued" | "preparing" | "artifact-ready" | "execution-queued" | "executing" | "retrying";
            workerPid?: number;
        };
        PruneReport: {
            kept: number;
            keptBytes: number;
            removed: number;
            removedBytes: number;
        };
        PruneRequest: {
            /** @description Default: the host’s limit of its cache. */
            limitBytes?: number;
            /** @description Spares what was used more recently. Default: the host’s. */
            minStaleMs?: number;
        };
        Ready: {
            ready: boolean;
            reason?: string;
            state: string;
        };
        RecentOutcomes: {
            /** @description Of the newest event; with it as Last-Event-ID the event stream goes on here. */
            lastId: string;
            /** @description Ascending. */
            outcomes: components["schemas"]["OutcomeRecord"][];
        };
        SlowMachineEvent: {
            /** Format: date-time */
            at: string;
            averageCpuShare?: number;
            averageQueueMs?: number;
            remedy: string;
            /** @enum {string} */
            sign: "queue-time" | "cpu-share";
            slow: boolean;
        };
        Statistics: {
            histograms: components["schemas"]["Histogram"][];
            /** @description The last 60 minutes in which there were outcomes, ascending. */
            minutes: {
                /**
                 * Format: date-time
                 * @description Begin of the minute.
                 */
                at: string;
                counts: {
                    /** @description Outcomes. */
                    count: number;
                    outcome: string;
                    /** @enum {string} */
                    request: "precheck" | "dispute" | "approval" | "backing-system" | "backing";
                    vote: components["schemas"]["Vote"];
                }[];
            }[];
            /**
             * Format: date-time
             * @description Start of the service.
             */
            since: string;
        };
        Status: {
            artifacts: {
                /** @description Of the prepared ones. */
                bytes: number;
                /** @description Since the start. */
                evicted: number;
                /** @description That cannot be prepared. */
                failed: number;
                /** @description Since the start. */
                hits: number;
                /** @description Since the start: files that were missing or damaged. */
                lost: number;
                /** @description Since the start. */
                misses: number;
                /** @description Usable. */
                prepared: number;
                /** @description In work. */
                preparing: number;
            };
            cacheDir: string;
            /** @description Whether this service watches a cluster: GET /v1/cluster. */
            cluster: boolean;
            execute: {
                queued: {
                    approval: number;
                    backing: number;
                    "backing-system": number;
                    dispute: number;
                };
                /** @description Jobs. */
                running: number;
                /** @description PVFs that are loaded, in all workers together, as the host keeps count; 0 with workers that load nothing ahead. */
                templates: number;
                /** @description Processes. */
                workers: number;
            };
            /** @description Of this service. */
            limits: {
                /** @description Of one PoV as given, parent head included. */
                blockDataBytes: number;
                /** @description Of all bodies that are held at once. */
                bodyBytesAtOnce: number;
                /** @description Of one code as given. */
                codeBytes: number;
                /** @description For each listener. */
                connections: number;
                /** @description Of a body in JSON. */
                jsonBytes: number;
                /** @description For replay; outcomes among them. */
                keptEvents: number;
                /** @description Prechecks and validations at once. */
                requestsAtOnce: number;
                /** @description From one address. */
                requestsPer10s: number;
                /** @description Of all uploaded code together. */
                storedCodeBytes: number;
                /** @description Event streams at once. */
                streams: number;
            };
            memory: {
                /** @description Of requests that are being received or wait for their outcome. */
                bodyBytes: number;
                /** @description Of uploaded code. */
                codeBytes: number;
            };
            /** Format: date-time */
            now: string;
            prepare: {
                /** @description Preparations that wait. */
                queued: number;
                /** @description Jobs. */
                running: number;
                /** @description Processes. */
                workers: number;
            };
            /** @description With stopped: what happened and what to do. */
            reason?: string;
            requests: {
                /** @description Prechecks and validations that have no outcome yet. */
                running: number;
                /** @description Since the start. */
                total: number;
            };
            security: {
                layers: components["schemas"]["Layer"][];
                /** @description Parts of working layers that this machine takes away, each with the reason. */
                lost: {
                    [key: string]: string;
                };
                secureMode: boolean;
            };
            slowMachine: {
                /** @description Jobs get little of a CPU. */
                cpuShare: boolean;
                /** @description Approvals and disputes wait long for a worker. */
                queueTime: boolean;
            };
            /** Format: date-time */
            startedAt: string;
            /** @enum {string} */
            state: "running" | "stopped" | "closed" | "shutting-down";
            /** @description Open event streams. */
            streams: number;
            /** @description Whether a module of ours was prepared and executed at the start. */
            tried: boolean;
            /** @description Of this service. */
            version: string;
            workers: {
                execute: {
                    fullVersion: string;
                    /** @description Version of the Node that it runs on. */
                    node?: string;
                    path: string;
                    version: string;
                };
                prepare: {
                    fullVersion: string;
                    /** @description Version of the Node that it runs on. */
                    node?: string;
                    path: string;
                    version: string;
                };
            };
        };
        /** @description Code of a PVF that the service holds in memory. */
        StoredCode: {
            codeHash: components["schemas"]["Hash"];
            /** @description Bytes as given. */
            length: number;
            /** Format: date-time */
            uploadedAt: string;
            /** Format: date-time */
            usedAt: string;
        };
        StoredCodes: {
            /** @description Of all of them together. */
            bytes: number;
            /** @description The most recently used first. */
            codes: components["schemas"]["StoredCode"][];
            /** @description Beyond it the least recently used make room. */
            limitBytes: number;
        };
        U32: number;
        /** @description multipart/form-data: request, and one of blockData and exportedPov. */
        ValidateForm: {
            /**
             * Format: binary
             * @description The block data as a collator sends it, maybe a compressed blob.
             */
            blockData?: Blob | Uint8Array<ArrayBuffer>;
            /**
             * Format: binary
             * @description In place of it, a collator’s file (Cumulus’ --export-pov-to-path): SCALE of the PoV and of the validation data.
             */
            exportedPov?: Blob | Uint8Array<ArrayBuffer>;
            request: components["schemas"]["ValidateRequestPart"];
        };
        /** @description A candidate in JSON. */
        ValidateRequest: {
            blockData: components["schemas"]["HexBytes"];
            chain?: components["schemas"]["ChainAnswers"];
            codeHash: components["schemas"]["Hash"];
            /** @description Milliseconds from the request until its outcome is of no use; counts everything. */
            deadlineMs?: number;
            /**
             * @description Without a receipt; V3 needs relayParent and schedulingParent.
             * @enum {string}
             */
            descriptorVersion?: "V1" | "V2" | "V3";
            /** @description Limit on the job’s CPU time. Default: by kind and executor params. */
            executionTimeoutMs?: number;
            executorParams: components["schemas"]["ExecutorParams"];
            kind: components["schemas"]["ExecutionKind"];
            receipt?: components["schemas"]["HexBytes"];
            relayParent?: components["schemas"]["Hash"];
            schedulingParent?: components["schemas"]["Hash"];
            /** @description Required with a receipt: whether the node feature CandidateReceiptV3 was ever seen. */
            v3Seen?: boolean;
            /** @description Largest decompressed code, bytes: ParachainHost_validation_code_bomb_limit. */
            validationCodeBombLimit: number;
            validationData: components["schemas"]["ValidationData"];
        };
        /** @description A candidate whose block data is another part. validationData is required with blockData, and only then. */
        ValidateRequestPart: {
            chain?: components["schemas"]["ChainAnswers"];
            codeHash: components["schemas"]["Hash"];
            /** @description Milliseconds from the request until its outcome is of no use; counts everything. */
            deadlineMs?: number;
            /**
             * @description Without a receipt; V3 needs relayParent and schedulingParent.
             * @enum {string}
             */
            descriptorVersion?: "V1" | "V2" | "V3";
            /** @description Limit on the job’s CPU time. Default: by kind and executor params. */
            executionTimeoutMs?: number;
            executorParams: components["schemas"]["ExecutorParams"];
            kind: components["schemas"]["ExecutionKind"];
            receipt?: components["schemas"]["HexBytes"];
            relayParent?: components["schemas"]["Hash"];
            schedulingParent?: components["schemas"]["Hash"];
            /** @description Required with a receipt: whether the node feature CandidateReceiptV3 was ever seen. */
            v3Seen?: boolean;
            /** @description Largest decompressed code, bytes: ParachainHost_validation_code_bomb_limit. */
            validationCodeBombLimit: number;
            validationData?: components["schemas"]["ValidationData"];
        };
        /** @description The persisted validation data; with a receipt their hash is compared. */
        ValidationData: {
            maxPovSize: components["schemas"]["U32"];
            parentHead: components["schemas"]["HexBytes"];
            relayParentNumber: components["schemas"]["U32"];
            relayParentStorageRoot: components["schemas"]["Hash"];
        };
        ValidationOutcome: {
            artifact?: components["schemas"]["ArtifactInfo"];
            /** @description Executions that were begun. */
            attempts: number;
            candidateHash?: components["schemas"]["Hash"];
            codeHash?: components["schemas"]["Hash"];
            /** @description Of the job. */
            cpuTimeNs: number;
            detail: components["schemas"]["ExecutionDetail"];
            /** @enum {string} */
            kind: "valid";
            /** @description Of the decompressed PoV, bytes. */
            povSize: number;
            /** @description In the execution queue, summed over the attempts. */
            queuedMs: number;
            /** @description Of the host, as in its log. */
            requestId: string;
            result: components["schemas"]["ValidationResult"];
            resultBytes: components["schemas"]["HexBytes"];
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "for" | "unchecked";
            /** @description Of the last execution. */
            wallTimeMs: number;
        } | {
            artifact?: components["schemas"]["ArtifactInfo"];
            /** @description Executions that were begun. */
            attempts: number;
            candidateHash?: components["schemas"]["Hash"];
            codeHash?: components["schemas"]["Hash"];
            /** @description Of the last job. */
            cpuTimeNs?: number;
            detail: components["schemas"]["ExecutionDetail"];
            /** @enum {string} */
            kind: "invalid";
            /** @description For people. May hold text from the PVF. */
            message: string;
            /** @description In the execution queue, summed over the attempts. */
            queuedMs: number;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @enum {string} */
            rule: "refused-by-pvf" | "pov-decompression" | "cpu-timeout" | "wall-timeout" | "pov-size" | "validation-data-hash" | "pov-hash" | "code-hash" | "scheduling-session" | "relay-parent-session" | "para-head" | "commitments-hash" | "ump-signals";
            /** @description From the call to the outcome. */
            totalMs: number;
            umpSignals?: {
                type: string;
            } & {
                [key: string]: unknown;
            };
            /** @enum {string} */
            vote: "against" | "unchecked";
            /** @description Of the last execution. */
            wallTimeMs: number;
        } | {
            artifact?: components["schemas"]["ArtifactInfo"];
            /** @description Executions that were begun. */
            attempts: number;
            candidateHash?: components["schemas"]["Hash"];
            /** @enum {string} */
            cause: "worker-died" | "job-died" | "job-error" | "runtime-construction" | "corrupted-artifact";
            codeHash?: components["schemas"]["Hash"];
            /** @description Of the last job. */
            cpuTimeNs?: number;
            detail: components["schemas"]["ExecutionDetail"];
            /** @enum {string} */
            kind: "possibly-invalid";
            /** @description For people. May hold text from the PVF. */
            message: string;
            /** @description In the execution queue, summed over the attempts. */
            queuedMs: number;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "against" | "unchecked";
            /** @description Of the last execution. */
            wallTimeMs: number;
        } | {
            artifact?: components["schemas"]["ArtifactInfo"];
            /** @description Executions that were begun. */
            attempts: number;
            candidateHash?: components["schemas"]["Hash"];
            /** @enum {string} */
            cause: "scheduling-session" | "relay-parent-session" | "claim-queue";
            codeHash?: components["schemas"]["Hash"];
            /** @description Of the last job. */
            cpuTimeNs?: number;
            detail: components["schemas"]["ExecutionDetail"];
            /** @enum {string} */
            kind: "chain-unavailable";
            /** @description For people. May hold text from the PVF. */
            message: string;
            /** @description In the execution queue, summed over the attempts. */
            queuedMs: number;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "abstain";
            /** @description Of the last execution. */
            wallTimeMs: number;
        } | {
            artifact?: components["schemas"]["ArtifactInfo"];
            /** @description Executions that were begun. */
            attempts: number;
            candidateHash?: components["schemas"]["Hash"];
            /** @enum {string} */
            cause: "host-communication" | "could-not-create-link" | "could-not-open-file" | "could-not-create-pipe" | "could-not-clear-worker-dir" | "kernel" | "non-deterministic-preparation" | "worker-not-started" | "workers-replaced" | "host-fault";
            codeHash?: components["schemas"]["Hash"];
            /** @description Of the last job. */
            cpuTimeNs?: number;
            detail: components["schemas"]["ExecutionDetail"];
            /** @enum {string} */
            kind: "internal";
            /** @description For people. May hold text from the PVF. */
            message: string;
            prepareError?: components["schemas"]["PrepareError"];
            /** @description In the execution queue, summed over the attempts. */
            queuedMs: number;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "abstain";
            /** @description Of the last execution. */
            wallTimeMs: number;
        } | {
            artifact?: components["schemas"]["ArtifactInfo"];
            /** @description Executions that were begun. */
            attempts: number;
            candidateHash?: components["schemas"]["Hash"];
            codeHash?: components["schemas"]["Hash"];
            /** @description Of the last job. */
            cpuTimeNs?: number;
            detail: components["schemas"]["ExecutionDetail"];
            deterministic: boolean;
            error: components["schemas"]["PrepareError"];
            /** @enum {string} */
            kind: "preparation-failed";
            /** @description For people. May hold text from the PVF. */
            message: string;
            /** @description In the execution queue, summed over the attempts. */
            queuedMs: number;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "abstain";
            /** @description Of the last execution. */
            wallTimeMs: number;
        } | {
            artifact?: components["schemas"]["ArtifactInfo"];
            /** @description Executions that were begun. */
            attempts: number;
            candidateHash?: components["schemas"]["Hash"];
            /** @enum {string} */
            cause: "caller-deadline" | "inactive-fork";
            codeHash?: components["schemas"]["Hash"];
            /** @description Of the last job. */
            cpuTimeNs?: number;
            detail: components["schemas"]["ExecutionDetail"];
            /** @enum {string} */
            kind: "deadline-passed";
            /** @description In the execution queue, summed over the attempts. */
            queuedMs: number;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "none";
            /** @description Of the last execution. */
            wallTimeMs: number;
        } | {
            artifact?: components["schemas"]["ArtifactInfo"];
            /** @description Executions that were begun. */
            attempts: number;
            candidateHash?: components["schemas"]["Hash"];
            /** @enum {string} */
            cause: "caller" | "host-closed";
            codeHash?: components["schemas"]["Hash"];
            /** @description Of the last job. */
            cpuTimeNs?: number;
            detail: components["schemas"]["ExecutionDetail"];
            /** @enum {string} */
            kind: "cancelled";
            /** @description In the execution queue, summed over the attempts. */
            queuedMs: number;
            /** @description Of the host, as in its log. */
            requestId: string;
            /** @description From the call to the outcome. */
            totalMs: number;
            /** @enum {string} */
            vote: "none" | "abstain";
            /** @description Of the last execution. */
            wallTimeMs: number;
        };
        ValidationResult: {
            headData: components["schemas"]["HexBytes"];
            horizontalMessages: {
                data: components["schemas"]["HexBytes"];
                recipient: components["schemas"]["U32"];
            }[];
            hrmpWatermark: components["schemas"]["U32"];
            newValidationCode?: components["schemas"]["HexBytes"];
            processedDownwardMessages: components["schemas"]["U32"];
            upwardMessages: components["schemas"]["HexBytes"][];
        };
        /**
         * @description for, against: vote so. abstain: a fault of this machine, or nobody can tell. none: nobody needs a vote any more. unchecked: there was no receipt, so that the answer is no vote.
         * @enum {string}
         */
        Vote: "for" | "against" | "abstain" | "none" | "unchecked";
        WorkerEndedEvent: {
            /** Format: date-time */
            at: string;
            /** @description Jobs of its life. */
            jobs: number;
            message: string;
            pid: number;
            reason: string;
            /** @enum {string} */
            worker: "prepare" | "execute";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        alive: true;
                    };
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As of now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description They are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description They are not. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
        };
    };
    updateActiveLeaves: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActiveLeaves"];
            };
        };
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listArtifacts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Artifacts"];
                };
            };
        };
    };
    pruneArtifacts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PruneRequest"];
            };
        };
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description What was removed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PruneReport"];
                };
            };
        };
    };
    cluster: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As last read. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
        };
    };
    listCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description All code. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCodes"];
                };
            };
        };
    };
    uploadCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": Blob | Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Was there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCode"];
                };
            };
            /** @description Stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCode"];
                };
            };
        };
    };
    getCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                codeHash: components["schemas"]["Hash"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCode"];
                };
            };
        };
    };
    putCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                codeHash: components["schemas"]["Hash"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": Blob | Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Was there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCode"];
                };
            };
            /** @description Stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCode"];
                };
            };
        };
    };
    deleteCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                codeHash: components["schemas"]["Hash"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    inspectCode: {
        parameters: {
            query?: {
                /** @description As in a request: JSON, or SCALE bytes in hexadecimal with 0x. Default: []. */
                executorParams?: string;
            };
            header?: never;
            path: {
                codeHash: components["schemas"]["Hash"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description What the module has. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Inspection"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description As Last-Event-ID, which goes first. `start`: everything that is kept. */
                after?: string;
            };
            header?: {
                /** @description Id of the last event that was seen. */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Without end. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["EventStream"];
                };
            };
        };
    };
    forgetFailures: {
        parameters: {
            query?: {
                codeHash?: components["schemas"]["Hash"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description How many were forgotten. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        forgotten: number;
                    };
                };
            };
        };
    };
    headsUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HeadsUpRequest"];
            };
        };
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Taken in. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    outcomes: {
        parameters: {
            query?: {
                /** @description At most so many, the newest. Default: all. */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Ascending. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecentOutcomes"];
                };
            };
        };
    };
    outcome: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutcomeRecord"];
                };
            };
        };
    };
    precheck: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PrecheckRequest"];
            };
        };
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The outcome. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrecheckOutcome"];
                    "text/event-stream": components["schemas"]["EventStream"];
                };
            };
        };
    };
    statistics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Since the start. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statistics"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
        };
    };
    validate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ValidateRequest"];
                "multipart/form-data": components["schemas"]["ValidateForm"];
            };
        };
        responses: {
            /** @description A problem; never a vote. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem; never a vote. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The outcome. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationOutcome"];
                    "text/event-stream": components["schemas"]["EventStream"];
                };
            };
        };
    };
}
