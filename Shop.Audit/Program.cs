using System.Globalization;
using Shop.Audit;

await using var databases = AuditDatabases.FromEnvironment(Environment.GetEnvironmentVariable);
if (databases.IsEmpty)
{
    await Console.Error.WriteLineAsync("audit: no databases: set ConnectionStrings__catalogdb, __ordersdb0 and so on, __paymentsdb");
    return 2;
}

var settled = TimeSpan.FromMinutes(5);
if (args is ["--settled", var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
    settled = TimeSpan.FromSeconds(seconds);
else if (args.Length > 0)
{
    await Console.Error.WriteLineAsync("audit: the only option is --settled SECONDS, for how long nothing may have changed in what is compared");
    return 2;
}
return await new AuditReport(Console.Out).RunAsync(AuditChecks.All, databases, settled, CancellationToken.None) ? 0 : 1;
