using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Catalog.Administration;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Locks;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Exchange;

/// <summary>
/// Brings a file of products into the catalogue, all of it or nothing. One import runs at a time, in all replicas, in the order
/// in which they asked: a lock says so, and its token is checked in the transaction, so that an import that lost the lock while
/// it stood still stores nothing.
/// </summary>
public sealed class ProductImport(
    NpgsqlDataSource database, ImportStore store, FairLock locks, Fence fence, ProductCache cache, IOptions<ImportOptions> options,
    Failpoints failpoints)
{
    public const string LockName = "catalog-import";

    /// <summary>The member of a refusal that holds every error.</summary>
    internal const string Rows = "rows";

    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _requests = new(options.Value.Requests);

    /// <summary>What the file would do, and everything that is wrong with it. Changes and locks nothing.</summary>
    public async Task<ImportReport> TryAsync(ImportFile file, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (plan, errors) = await PlanAsync(file, connection, transaction, cancellationToken);
        var none = new ImportCount(0, 0);
        var (products, variants) = errors.Count > 0
            ? (none, none)
            : await new ImportStaging(connection, transaction).FillAsync(plan, cancellationToken);
        return new ImportReport(DryRun: true, file.Count, products, variants, errors);
    }

    /// <summary>For a request: waits for its turn, but not for long.</summary>
    /// <exception cref="ProblemException">400 import_invalid with every error in <c>rows</c>; 409 import_running: its turn did not come.</exception>
    public async Task<ImportReport> RunAsync(ImportFile file, Editor editor, CancellationToken cancellationToken)
    {
        if (file.Errors.Count > 0) ThrowIfAny((await TryAsync(file, cancellationToken)).Errors);
        if (!await _requests.WaitAsync(TimeSpan.Zero, cancellationToken)) throw Running();
        try
        {
            return await InTurnAsync(
                options.Value.Wait, (turn, held) => RunAsync(file, editor, turn, (_, _, _, _) => Task.CompletedTask, held),
                cancellationToken);
        }
        catch (LockException late) when (late is LockTimeoutException or LockQueueFullException)
        {
            throw Running();
        }
        finally
        {
            _requests.Release();
        }
    }

    /// <summary>Runs when its turn has come; the token is cancelled when the turn is lost.</summary>
    /// <param name="wait">For the turn.</param>
    /// <exception cref="LockException">It has not come.</exception>
    /// <exception cref="ProblemException">503: it was lost, and nothing stored.</exception>
    internal async Task<T> InTurnAsync<T>(
        TimeSpan wait, Func<LockHandle, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        await using var turn = await locks.AcquireAsync(LockName, Lease, wait, cancellationToken);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Lost);
        try
        {
            return await run(turn, held.Token);
        }
        catch (Exception lost) when (lost is StaleTokenException || (turn.Lost.IsCancellationRequested && lost is OperationCanceledException))
        {
            throw Problem.Unavailable("The import took a break that was too long, and stored nothing.");
        }
    }

    /// <summary>In the turn that it has.</summary>
    /// <param name="alsoWrite">What belongs into the same transaction.</param>
    /// <exception cref="ProblemException">400 import_invalid; 409 when others came first; nothing was stored.</exception>
    internal async Task<ImportReport> RunAsync(
        ImportFile file, Editor editor, LockHandle handle,
        Func<ImportReport, NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> alsoWrite, CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("catalog.import.locked", cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ImportStore.LockAsync(connection, transaction, file.Rows, cancellationToken);
        var (plan, errors) = await PlanAsync(file, connection, transaction, cancellationToken);
        ThrowIfAny(errors);
        var staging = new ImportStaging(connection, transaction);
        var (products, variants) = await staging.FillAsync(plan, cancellationToken);
        await failpoints.HitAsync("catalog.import.planned", cancellationToken);
        var touched = await store.ApplyAsync(connection, transaction, staging, plan, editor.Id, cancellationToken);
        var report = new ImportReport(DryRun: false, file.Count, products, variants, []);
        await AuditAsync(connection, transaction, editor, handle, report, cancellationToken);
        await alsoWrite(report, connection, transaction, cancellationToken);
        await failpoints.HitAsync("catalog.import.before-commit", cancellationToken);
        await fence.CheckAsync(handle, connection, transaction, cancellationToken);
        await failpoints.HitAsync("catalog.import.checked", cancellationToken);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            // Also when the answer to the commit is lost: it may have happened.
            cache.Outdate(touched);
        }
        return report;
    }

    /// <summary>What the audit trail calls an import.</summary>
    /// <param name="token">Of the lock that it held.</param>
    internal static string SubjectOf(long token) => FormattableString.Invariant($"import:{token}");

    private static ProblemException Running() =>
        Problem.Conflict("import_running", "Other imports are running; try again when they are done.");

    private static async Task<(IReadOnlyList<PlannedProduct> Plan, List<ImportError> Errors)> PlanAsync(
        ImportFile file, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        List<ImportError> errors = [.. file.Errors];
        var state = await ImportStore.LoadAsync(connection, transaction, file.Rows, cancellationToken);
        var plan = ImportPlan.Of(file.Rows, state, errors);
        return (plan, [.. errors.OrderBy(error => error.Line)]);
    }

    private static async Task AuditAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Editor editor, LockHandle handle, ImportReport report,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.AddAudit(
            editor.Id, "catalogue.imported", SubjectOf(handle.FencingToken), before: null,
            System.Text.Json.JsonSerializer.Serialize(report, CatalogJson.Default.ImportReport));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void ThrowIfAny(IReadOnlyList<ImportError> errors)
    {
        if (errors.Count == 0) return;
        var problem = new ProblemException(
            StatusCodes.Status400BadRequest, "import_invalid",
            $"{errors.Count} {(errors.Count == 1 ? "rule is" : "rules are")} broken; nothing was stored.", "body");
        problem.Extensions[Rows] = errors;
        throw problem;
    }
}
