using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Shop.Web.Accounts;

/// <summary>Keeps the data protection keys in PostgreSQL, so that every replica reads every replica's cookies.</summary>
public sealed class DataProtectionKeyStore(NpgsqlDataSource database) : IXmlRepository
{
    private const string All = "select xml from data_protection_keys order by created_at";
    private const string Insert = "insert into data_protection_keys (friendly_name, xml) values ($1, $2) on conflict do nothing";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = database.CreateCommand(All);
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read())
            elements.Add(XElement.Parse(reader.GetString(0)));
        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new() { Value = friendlyName });
        command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }
}
