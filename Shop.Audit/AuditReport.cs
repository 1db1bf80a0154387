namespace Shop.Audit;

/// <summary>Runs checks and prints a line for each, with examples of what differs.</summary>
public sealed class AuditReport(TextWriter output)
{
    private const int Examples = 5;

    /// <summary>True when nothing differs.</summary>
    public async Task<bool> RunAsync(
        IReadOnlyList<AuditCheck> checks, AuditDatabases databases, TimeSpan settled, CancellationToken cancellationToken)
    {
        var (run, failed) = (0, 0);
        foreach (var check in checks)
        {
            if (!check.CanRun(databases))
            {
                await output.WriteLineAsync($"{"-",6}  {check.Name}: not looked at, a database is not given");
                continue;
            }
            run++;
            if (await ShowAsync(check, databases, settled, cancellationToken) > 0) failed++;
        }
        await output.WriteLineAsync(failed == 0 ? $"{run} checks, no difference" : $"{run} checks, {failed} with differences");
        return failed == 0;
    }

    private async Task<int> ShowAsync(AuditCheck check, AuditDatabases databases, TimeSpan settled, CancellationToken cancellationToken)
    {
        var (count, examples) = (0, new List<string>());
        await foreach (var difference in check.RunAsync(databases, settled, cancellationToken))
            if (++count <= Examples)
                examples.Add(difference);
        await output.WriteLineAsync($"{(count == 0 ? "ok" : count.ToString(System.Globalization.CultureInfo.InvariantCulture)),6}  {check.Name}: {check.Says}");
        foreach (var example in examples) await output.WriteLineAsync($"          {example}");
        return count;
    }
}
